"""From a real model behind a real server to training data that TRL trains on."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("trl")
pytestmark = pytest.mark.slow

from skyt_plugins.distill.export import export  # noqa: E402
from skyt_plugins.distill.generate import generate  # noqa: E402
from skyt_plugins.distill.prompts import Ask  # noqa: E402
from skyt_plugins.distill.rules import Rules  # noqa: E402
from skyt_plugins.distill.score import score  # noqa: E402
from skyt_plugins.distill.select import select  # noqa: E402
from skyt_plugins.distill.store import Run  # noqa: E402

from .tiny_model import write_tiny_model  # noqa: E402


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_model(tmp_path_factory.mktemp("model"))


@pytest.fixture(scope="module")
def server(model: Path) -> Iterator[str]:
    """`transformers serve` on the tiny model."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = Path(sys.executable).with_name("transformers")
    process = subprocess.Popen(
        [str(command), "serve", str(model), "--port", str(port), "--device", "cpu"],
        env={**os.environ, "HF_HUB_OFFLINE": "1"},
        start_new_session=True,
    )
    try:
        end = time.monotonic() + 300
        while True:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            assert process.poll() is None, "the server ended"
            assert time.monotonic() < end
            time.sleep(0.5)
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        process.terminate()
        process.wait(30)


def test_prompts_to_a_trained_model(model: Path, server: str, tmp_path: Path) -> None:
    run = tmp_path / "run"
    counts = generate(
        run, f"openai/{model}", task="arith_train", ask=Ask(end=4),
        sampling={"n": 8, "temperature": 1.0, "max_tokens": 24},
        engine_options={"base_url": server, "concurrency": 4},
    )  # fmt: skip
    assert (counts.written, counts.failed) == (32, 0)
    assert counts.completion_tokens > 32
    assert score(run).written == 32
    # A random model is never right: what matters here is that its rows can be trained on.
    rules = Rules(
        outcomes=("correct", "incorrect", "no_answer"), truncated=True, per_problem=4,
        dedupe="none", against=("arith",),
    )  # fmt: skip
    select(run, rules=rules)
    done = export(run, tmp_path / "data", format="prompt-completion")
    assert done.rows["train.jsonl"] == 16

    from datasets import load_dataset
    from trl import SFTConfig, SFTTrainer

    data = load_dataset(
        "json", data_files=str(tmp_path / "data/train.jsonl"), split="train",
        cache_dir=str(tmp_path / "cache"),
    )  # fmt: skip
    config = SFTConfig(
        output_dir=str(tmp_path / "sft"), max_steps=2, per_device_train_batch_size=4, bf16=False,
        report_to="none", use_cpu=True, save_strategy="no",
    )  # fmt: skip
    result = SFTTrainer(model=str(model), args=config, train_dataset=data).train()
    assert result.training_loss > 0


def test_a_cut_response_of_the_real_server_says_so(
    model: Path, server: str, tmp_path: Path
) -> None:
    generate(
        tmp_path / "run", f"openai/{model}", task="arith_train", ask=Ask(end=1),
        sampling={"n": 2, "temperature": 1.0, "max_tokens": 2},
        engine_options={"base_url": server},
    )  # fmt: skip
    reasons = {row["finish_reason"] for row in Run.reading(tmp_path / "run").rows("responses")}
    assert reasons == {"length"}
