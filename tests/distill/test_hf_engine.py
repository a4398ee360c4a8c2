"""The engine `hf/…` with a real, random model: reproducible, whatever the batches are."""

from __future__ import annotations

import collections
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch")

from skyt_plugins.distill.engines import get_engine  # noqa: E402
from skyt_plugins.distill.engines.base import Request  # noqa: E402
from skyt_plugins.distill.engines.hf import GumbelNoise  # noqa: E402
from skyt_plugins.distill.engines.prompt_tokens import prompt_tokens  # noqa: E402
from skyt_plugins.distill.generate import generate  # noqa: E402
from skyt_plugins.distill.prompts import Ask  # noqa: E402
from skyt_plugins.distill.record import Prompt  # noqa: E402
from skyt_plugins.distill.store import Run  # noqa: E402
from skyt_plugins.errors import SkytError  # noqa: E402

from .tiny_model import write_tiny_model  # noqa: E402


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"hf/{write_tiny_model(tmp_path_factory.mktemp('model'))}"


def records(out: Path) -> dict[tuple[str, int], tuple[Any, ...]]:
    return {
        (r["problem"], r["sample"]): (r["response"], r["finish_reason"], r["completion_tokens"])
        for r in Run.reading(out).rows("responses")
    }


def test_a_response_does_not_depend_on_its_batch_or_on_a_resume(
    model: str, prompts: Path, tmp_path: Path
) -> None:
    sampling = {"n": 3, "temperature": 1.0, "max_tokens": 12, "top_p": 0.9}
    options = {"engine_options": {"batch_size": 5}}
    generate(tmp_path / "a", model, prompts=prompts, sampling=sampling, **options)
    part = Ask(end=4)
    generate(tmp_path / "b", model, prompts=prompts, ask=part, sampling={**sampling, "n": 2})
    generate(tmp_path / "b", model, prompts=prompts, sampling=sampling)
    assert records(tmp_path / "a") == records(tmp_path / "b")
    assert len({text for text, _, _ in records(tmp_path / "a").values()}) == 36


def test_greedy_is_greedy(model: str, prompts: Path, tmp_path: Path) -> None:
    sampling = {"n": 1, "temperature": 0.0, "max_tokens": 6}
    generate(tmp_path / "a", model, prompts=prompts, sampling=sampling, seed=1)
    generate(tmp_path / "b", model, prompts=prompts, sampling=sampling, seed=2)
    assert records(tmp_path / "a") == records(tmp_path / "b")


def test_the_noise_draws_from_the_softmax() -> None:
    scores = torch.log(torch.tensor([0.1, 0.2, 0.7])).repeat(4_000, 1)
    noise = GumbelNoise(list(range(4_000)), torch.device("cpu"))
    counts = collections.Counter(noise(None, scores).argmax(1).tolist())
    # Three standard deviations of a share of 4,000 draws are 0.022.
    assert [counts[i] / 4_000 for i in range(3)] == pytest.approx([0.1, 0.2, 0.7], abs=0.022)


def test_a_cut_off_response_says_so_and_an_ended_one_too(model: str) -> None:
    engine = get_engine(model)
    prompt = Prompt("t", "p", [{"role": "user", "content": "hi"}], "hi")
    sampling = {"temperature": 3.0, "top_p": 1.0, "max_tokens": 150}
    (*replies,) = engine.generate([Request(prompt, tuple(range(16)), 0)], sampling)
    finish = {reply.choices[0].finish_reason for reply in replies}
    assert finish == {"stop", "length"}
    for reply in replies:
        (choice,) = reply.choices
        assert (choice.tokens == 150) or choice.finish_reason == "stop"
        assert "<eos>" not in choice.text


def test_a_prompt_beyond_the_context_is_recorded(model: str, tmp_path: Path) -> None:
    file = tmp_path / "p.jsonl"
    file.write_text('{"id": 1, "question": "%s"}\n{"id": 2, "question": "hi"}\n' % ("x" * 600))
    counts = generate(
        tmp_path / "run", model, prompts=file,
        sampling={"n": 2, "temperature": 1.0, "max_tokens": 5},
    )  # fmt: skip
    assert (counts.written, counts.refused) == (4, 2)
    rows = {r["problem"]: r for r in Run.reading(tmp_path / "run").rows("responses")}
    assert "context" in rows["1"]["error"]
    assert rows["2"]["error"] == ""


def test_the_context_bounds_each_row_by_itself(model: str) -> None:
    engine = get_engine(model, {"batch_size": 8})
    prompts = [
        Prompt("t", str(size), [{"role": "user", "content": "x" * size}], "") for size in (400, 480)
    ]
    sampling = {"temperature": 0.3, "top_p": 1.0, "max_tokens": 1_000}
    (*replies,) = engine.generate([Request(p, (0, 1), 0) for p in prompts], sampling)
    most = {}
    for reply in replies:
        size = reply.prompt_tokens + (reply.choices[0].tokens or 0)
        most[reply.request.prompt.problem] = max(size, most.get(reply.request.prompt.problem, 0))
    assert max(most.values()) <= 512


def test_prefill_is_continued_not_repeated(model: str) -> None:
    engine = get_engine(model)
    turns = [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "<think>"}]
    request = Request(Prompt("t", "p", turns, "hi"), (0,), 0)
    text = engine.tokenizer.decode(prompt_tokens(engine.tokenizer, request))
    assert text == "u:hi\na:<think>"


def test_a_folder_without_a_model_is_told(tmp_path: Path) -> None:
    with pytest.raises(SkytError, match=r"config\.json is missing"):
        get_engine(f"hf/{tmp_path}")
