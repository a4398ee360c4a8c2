"""Generation against a server that speaks the real protocol and misbehaves on purpose."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from skyt_plugins.distill.engines import get_engine
from skyt_plugins.distill.engines.base import Request
from skyt_plugins.distill.generate import generate, sampling_of
from skyt_plugins.distill.prompts import Ask
from skyt_plugins.distill.record import Prompt
from skyt_plugins.distill.store import Run
from skyt_plugins.errors import SkytError

from .fake_server import FakeServer, served

SAMPLING = {"temperature": 1.0, "max_tokens": 50}


def ask(out: Path, prompts: Path, url: str, n: int = 4, **options: Any) -> Any:
    how = options.pop("how", Ask())
    model = options.pop("model", "openai/tiny")
    return generate(
        out, model, prompts=prompts, ask=how, sampling={**SAMPLING, "n": n},
        engine_options={"base_url": url, "concurrency": 4, **options},
    )  # fmt: skip


def records(out: Path) -> list[tuple[Any, ...]]:
    """Every record of a run, without the order in which it was written."""
    names = ("problem", "sample", "response", "finish_reason", "seed", "completion_tokens", "step")
    return sorted(tuple(r[n] for n in names) for r in Run.reading(out).rows("responses"))


def test_every_sample_of_every_problem_is_asked_once(prompts: Path, tmp_path: Path) -> None:
    server = FakeServer()
    with served(server) as url:
        counts = ask(tmp_path / "run", prompts, url)
    assert (counts.written, counts.failed, server.choices) == (48, 0, 48)
    assert max(server.asked.values()) == 1  # one request with four choices
    keys = Counter((r[0], r[1]) for r in records(tmp_path / "run"))
    assert len(keys) == 48
    assert set(keys.values()) == {1}


def test_an_engine_that_is_asked_again_answers_again() -> None:
    requests = [Request(Prompt("t", "p", [{"role": "user", "content": "x"}], "x"), (0, 1), 7)]
    with served(FakeServer()) as url:
        engine = get_engine("openai/tiny", {"base_url": url})
        first, again = ([r.choices for r in engine.generate(requests, SAMPLING)] for _ in range(2))
    assert len(first[0]) == 2
    assert again == first


@pytest.mark.parametrize(
    "fault", ["rate", "500", "503", "cut", "truncated", "malformed", "nochoices", "slow", "empty"]
)
def test_a_passing_fault_changes_no_record(prompts: Path, tmp_path: Path, fault: str) -> None:
    with served(FakeServer()) as url:
        ask(tmp_path / "calm", prompts, url)
    with served(FakeServer(faults=[fault, "", fault])) as url:
        counts = ask(tmp_path / "rough", prompts, url)
    assert counts.failed == 0
    assert records(tmp_path / "rough") == records(tmp_path / "calm")


def test_a_server_that_gives_fewer_choices_is_asked_for_the_rest(
    prompts: Path, tmp_path: Path
) -> None:
    server = FakeServer(faults=["fewer"])
    with served(server) as url:
        assert ask(tmp_path / "run", prompts, url).written == 48
    assert server.choices == 48


def test_a_server_with_one_choice_per_request_is_asked_n_times(
    prompts: Path, tmp_path: Path
) -> None:
    with served(FakeServer(single=True)) as url:
        assert ask(tmp_path / "run", prompts, url).written == 48
    found = records(tmp_path / "run")
    assert len({(r[0], r[2]) for r in found}) > 40  # each sample has its own seed
    exact = {r["tokens_exact"] for r in Run.reading(tmp_path / "run").rows("responses")}
    assert exact == {True}


def test_shared_token_counts_add_up_to_the_servers_total(prompts: Path, tmp_path: Path) -> None:
    with served(FakeServer()) as url:
        counts = ask(tmp_path / "run", prompts, url)
    rows = list(Run.reading(tmp_path / "run").rows("responses"))
    words = sum(len(row["response"].split()) for row in rows)
    assert counts.completion_tokens == words == sum(row["completion_tokens"] for row in rows)
    assert min(row["completion_tokens"] for row in rows) > 0
    assert {row["tokens_exact"] for row in rows} == {False}


def test_asking_again_asks_nothing_and_more_samples_only_the_new_ones(
    prompts: Path, tmp_path: Path
) -> None:
    server = FakeServer()
    with served(server) as url:
        ask(tmp_path / "run", prompts, url, n=2)
        again = ask(tmp_path / "run", prompts, url, n=2)
        assert (again.written, again.found, server.choices) == (0, 24, 24)
        assert ask(tmp_path / "run", prompts, url, n=5).written == 36
    assert server.choices == 60


def test_other_settings_for_the_same_prompts_are_refused(prompts: Path, tmp_path: Path) -> None:
    with served(FakeServer()) as url:
        ask(tmp_path / "run", prompts, url)
        with pytest.raises(SkytError, match="other settings") as found:
            ask(tmp_path / "run", prompts, url, how=Ask(system="Think."))
    assert "system" in str(found.value)
    assert len(str(found.value).splitlines()) <= 3


def test_settings_that_brought_nothing_bind_nobody(prompts: Path, tmp_path: Path) -> None:
    with served(FakeServer()) as url:
        with pytest.raises(SkytError, match="does not exist"):
            ask(tmp_path / "run", prompts, url, model="openai/mistyped")
        assert ask(tmp_path / "run", prompts, url).written == 48


def test_a_prompt_beyond_the_context_is_recorded_and_not_asked_again(
    tmp_path: Path, prompts: Path
) -> None:
    rows = [json.loads(line) for line in prompts.read_text().splitlines()]
    rows[3]["question"] += " really?" * 500
    prompts.write_text("".join(json.dumps(row) + "\n" for row in rows))
    server = FakeServer(context=1_000)
    with served(server) as url:
        counts = ask(tmp_path / "run", prompts, url, n=2)
        assert (counts.written, counts.refused, counts.failed) == (24, 1, 0)
        assert ask(tmp_path / "run", prompts, url, n=2).written == 0
    refused = [r for r in Run.reading(tmp_path / "run").rows("responses") if r["error"]]
    assert [(r["problem"], r["sample"], r["response"]) for r in refused] == [
        ("s3", 0, ""), ("s3", 1, ""),
    ]  # fmt: skip
    assert "context length" in refused[0]["error"]


def test_a_request_that_keeps_failing_is_not_recorded(prompts: Path, tmp_path: Path) -> None:
    with served(FakeServer(faults=["500"] * 3)) as url:
        counts = ask(tmp_path / "run", prompts, url, n=1, retries=1, concurrency=1)
        assert (counts.written, counts.failed) == (11, 1)
        assert "500" in counts.failure
        assert ask(tmp_path / "run", prompts, url, n=1).written == 1


@pytest.mark.parametrize(
    ("server", "told"),
    [
        (FakeServer(keys={"right"}), "refuses the API key"),
        (FakeServer(model="other"), "does not exist"),
    ],
)
def test_a_wrong_key_or_model_stops_at_once(
    prompts: Path, tmp_path: Path, server: FakeServer, told: str
) -> None:
    with served(server) as url, pytest.raises(SkytError, match=told) as found:
        ask(tmp_path / "run", prompts, url)
    assert len(str(found.value).splitlines()) <= 3


def test_a_server_that_is_down_at_the_start_is_told_at_once(prompts: Path, tmp_path: Path) -> None:
    began = time.monotonic()
    with pytest.raises(SkytError, match="no server at"):
        ask(tmp_path / "run", prompts, "http://127.0.0.1:9/v1")
    assert time.monotonic() - began < 10


def test_a_server_that_goes_away_is_waited_for(
    prompts: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    result: list[Any] = []
    first = FakeServer(delay=0.3)
    with served(first, port) as url:
        work = threading.Thread(
            target=lambda: result.append(ask(tmp_path / "run", prompts, url, n=2, concurrency=2))
        )
        work.start()
        while first.choices < 4:
            time.sleep(0.02)
    time.sleep(2)
    with served(FakeServer(), port):
        work.join(30)
    assert result[0].failed == 0
    assert result[0].written == 24
    told = capfd.readouterr().err
    assert "waiting for it" in told
    assert "is back" in told


def test_keys_take_turns_and_refused_ones_go(prompts: Path, tmp_path: Path) -> None:
    keys = tmp_path / "keys"
    keys.write_text("\n# a comment\n  good1  \n\nbad\ngood2\n")
    server = FakeServer(keys={"good1", "good2"})
    with served(server) as url:
        assert ask(tmp_path / "run", prompts, url, keys=str(keys), n=1).written == 12
    assert server.statuses[401] >= 1
    assert server.statuses[401] <= 4  # at most once per request that was in flight


def test_a_keys_file_without_keys_is_refused(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text("\n  \n# none\n")
    with pytest.raises(SkytError, match="holds no key"):
        get_engine("openai/x", {"keys": str(tmp_path / "keys")})


def test_a_second_writer_is_refused(prompts: Path, tmp_path: Path) -> None:
    with (
        Run.writing(tmp_path / "run", create=True),
        served(FakeServer()) as url,
        pytest.raises(SkytError, match="is being written by process"),
    ):
        ask(tmp_path / "run", prompts, url)


def test_a_folder_with_something_else_in_it_is_refused(prompts: Path, tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "thesis.tex").write_text("x")
    with pytest.raises(SkytError, match="holds no run"):
        ask(tmp_path / "run", prompts, "http://127.0.0.1:9/v1")


def test_slice_and_difficulty_bounds_are_inclusive_and_in_that_order(tmp_path: Path) -> None:
    path = tmp_path / "p.jsonl"
    rows = [{"id": i, "question": f"q{i}", "difficulty": i % 5} for i in range(20)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    how = Ask(start=5, end=15, min_difficulty=1, max_difficulty=3)
    with served(FakeServer()) as url:
        ask(tmp_path / "run", path, url, n=1, how=how)
    found = [int(r["problem"]) for r in Run.reading(tmp_path / "run").rows("problems")]
    assert found == [6, 7, 8, 11, 12, 13]


def test_a_repeated_id_is_asked_once_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "p.jsonl"
    path.write_text('{"id": 1, "question": "a 1 2"}\n{"id": 1, "question": "b 1 2"}\n')
    with served(FakeServer()) as url:
        counts = ask(tmp_path / "run", path, url, n=1)
    assert (counts.written, counts.duplicates) == (1, 1)


def test_prefill_is_part_of_the_response(prompts: Path, tmp_path: Path) -> None:
    with served(FakeServer()) as url:
        ask(tmp_path / "run", prompts, url, n=1, how=Ask(prefill="<think>\n", system="S"))
    row = next(Run.reading(tmp_path / "run").rows("responses"))
    assert row["response"].startswith("<think>\n<think>")
    assert [m["role"] for m in row["messages"]] == ["system", "user", "assistant"]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"n": 4, "temperature": 0}, "same response"),
        ({"n": 0}, "begin at 1"),
        ({"max_tokens": 0}, "begin at 1"),
    ],
)
def test_impossible_sampling_is_refused(given: dict[str, Any], told: str) -> None:
    with pytest.raises(SkytError, match=told):
        sampling_of(None, given)


@pytest.mark.parametrize("model", ["tiny", "nosuch/tiny", "openai/"])
def test_a_model_without_an_engine_is_refused(model: str) -> None:
    with pytest.raises(SkytError, match="engine"):
        get_engine(model)


def test_an_unknown_engine_option_is_refused() -> None:
    with pytest.raises(SkytError, match="concurency"):
        get_engine("openai/tiny", {"concurency": 3})


def test_a_broken_prompt_file_names_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "p.jsonl").write_text('{"question": "a"}\n{"question": \n')
    with served(FakeServer()) as url, pytest.raises(SkytError, match=r"p\.jsonl:2"):
        ask(tmp_path / "run", tmp_path / "p.jsonl", url)
