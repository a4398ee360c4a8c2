"""What only a GPU can show: engines, replicas and trainers on one, end to end.

    python benchmarks/gpu.py [--folder DIR] [--only PART …] [--seconds 240]

A miniature of some 20 million parameters learns sums in bf16 (SFT, then RLOO with vLLM beside it on
the same GPU), and every engine samples it. Each part is a process of its own with its log in the
folder, and prints one line of JSON; one that fails or takes too long does not end the others.
`--cpu` runs what needs no GPU, to try the script. Results: benchmarks/results/gpu.md.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
LAYERS, WIDTH = 8, 512
TASK = "arith_plain"
SFT_STEPS, RL_STEPS, SHARDED_STEPS = 400, 30, 20
SAMPLES = 8
VLLM = {
    "enforce_eager": True, "dtype": "bfloat16", "max_model_len": 512, "max_num_seqs": 256,
    "gpu_memory_utilization": 0.3,
}  # fmt: skip


class Place:
    """The folder of a run, and whether there is a GPU to use."""

    def __init__(self, folder: Path, cpu: bool) -> None:
        self.folder = folder
        self.cpu = cpu

    def model(self, name: str) -> Path:
        return self.folder / f"model-{name}"


def call(command: Sequence[str]) -> float:
    """Run a command with this interpreter's modules; its seconds."""
    from skyt_plugins.entrypoints.quickstart.commands import environment

    began = time.monotonic()
    variables = {**environment(), "OMP_NUM_THREADS": str(min(8, os.cpu_count() or 1))}
    subprocess.run([sys.executable, "-m", *command], check=True, env=variables)
    return round(time.monotonic() - began, 1)


# The parts


def versions(place: Place) -> dict[str, Any]:
    import torch

    names = ("torch", "transformers", "trl", "accelerate", "vllm", "ray", "lm_eval", "inspect_ai")
    found: dict[str, Any] = {}
    for name in names:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[name] = None
    found["gpu"] = torch.cuda.get_device_name() if torch.cuda.is_available() else None
    return found


def data(place: Place) -> dict[str, Any]:
    """Traces of the quickstart's teacher, and a model from scratch."""
    from skyt_plugins.entrypoints.quickstart import sampling
    from skyt_plugins.entrypoints.quickstart.model import save_new_model
    from skyt_plugins.entrypoints.quickstart.stages import LEVELS, chat_text, training
    from skyt_plugins.entrypoints.quickstart.teacher import Teacher

    asked = sampling.problems_of(training(LEVELS))
    traces = sampling.accepted(sampling.teacher_traces(asked, Teacher(), 3, 0))
    random.Random(0).shuffle(traces)
    sampling.write_jsonl(place.folder / "traces.jsonl", traces)
    parameters = save_new_model(
        place.model("scratch"), map(chat_text, traces[:2000]), layers=LAYERS, width=WIDTH
    )
    return {"traces": len(traces), "parameters": parameters}


def sft(place: Place) -> dict[str, Any]:
    seconds = call(_sft_command(place, "sft", SFT_STEPS))
    return {"seconds": seconds, "last_loss": _losses(place, "sft")[-1]}


def sharded_sft(place: Place) -> dict[str, Any]:
    """The same first steps with FSDP2's sharding in one process: the losses must agree."""
    losses = {}
    config = str(ROOT / "trainers/launch/fsdp2.yaml")
    launch = ["accelerate.commands.launch", "--config_file", config, "--num_processes", "1", "-m"]
    for name, before in (("plain", []), ("fsdp2", launch)):
        call([*before, *_sft_command(place, name, SHARDED_STEPS, "--logging_steps", "5")])
        losses[name] = _losses(place, name)
    return losses


def rl(place: Place) -> dict[str, Any]:
    """RLOO, generation by vLLM in the trainer's process on the same GPU."""
    beside = [
        "--use_vllm", "true", "--vllm_mode", "colocate",
        "--vllm_gpu_memory_utilization", str(VLLM["gpu_memory_utilization"]),
        "--vllm_max_model_length", str(VLLM["max_model_len"]),
    ]  # fmt: skip
    seconds = call(_rl_command(place, "rl", RL_STEPS, *beside))
    return {"seconds": seconds, **_rewards(place, "rl")}


def rl_transformers(place: Place) -> dict[str, Any]:
    """The same with generation by transformers."""
    seconds = call(_rl_command(place, "rl-transformers", RL_STEPS))
    return {"seconds": seconds, **_rewards(place, "rl-transformers")}


def before(place: Place) -> dict[str, Any]:
    return sampled(place, "before", f"vllm/{place.model('sft')}", VLLM)


def after(place: Place) -> dict[str, Any]:
    return sampled(place, "after", f"vllm/{place.model('rl')}", VLLM)


def hf(place: Place) -> dict[str, Any]:
    options = {"batch_size": 256, "dtype": "float32" if place.cpu else "bfloat16"}
    return sampled(place, "hf", f"hf/{place.model('sft')}", options)


def server(place: Place) -> dict[str, Any]:
    from vllm_engines import vllm_server

    with vllm_server(place.model("sft"), VLLM) as url:
        return sampled(place, "server", "openai/tiny", {"base_url": url})


def ray_vllm(place: Place) -> dict[str, Any]:
    """Ray's LLM processor with one replica of vLLM on the GPU."""
    options = {**VLLM, "batch_size": 256, "log_engine_metrics": False}
    return sampled(place, "ray-vllm", f"ray/vllm/{place.model('sft')}", options)


def ray_vllm_halves(place: Place) -> dict[str, Any]:
    """Two replicas of vLLM, half a GPU each."""
    options = {
        **VLLM, "num_replicas": 2, "batch_size": 256, "log_engine_metrics": False,
        "placement_group_config": {"bundles": [{"CPU": 1, "GPU": 0.5}]},
    }  # fmt: skip
    return sampled(place, "ray-vllm-halves", f"ray/vllm/{place.model('sft')}", options)


def ray_hf_halves(place: Place) -> dict[str, Any]:
    """Two replicas of transformers, half a GPU each."""
    options = {"num_replicas": 2, "num_gpus": 0 if place.cpu else 0.5, "batch_size": 256}
    return sampled(place, "ray-hf-halves", f"ray/hf/{place.model('sft')}", options)


def lm_eval(place: Place) -> dict[str, Any]:
    """The host's own model on the same task, for a pass rate to compare with."""
    folder = place.folder / "lm_eval"
    kind = "dtype=float32" if place.cpu else "dtype=bfloat16"
    seconds = call([
        "lm_eval", "run", "--model", "hf",
        "--model_args", f"pretrained={place.model('sft')},{kind}", "--tasks", f"skyt_{TASK}",
        "--apply_chat_template", "--batch_size", "256",
        "--device", "cpu" if place.cpu else "cuda:0", "--output_path", str(folder),
    ])  # fmt: skip
    (found,) = folder.rglob("results_*.json")
    result = json.loads(found.read_text())["results"][f"skyt_{TASK}"]
    return {"seconds": seconds, "pass_rate": round(result["accuracy,all"], 4)}


def overhead(place: Place) -> dict[str, Any]:
    """Tokens per second of `vllm/DIR` beside those of vLLM's own `LLM.chat`: the same prompts,
    a model of 0.5 billion parameters with random weights, texts of equal length."""
    found = {name: round(_overhead(place, name)) for name in ("skyt", "vllm")}
    return {**found, "ratio": round(found["skyt"] / found["vllm"], 3)}


# What the parts share


def sampled(place: Place, name: str, model: str, options: dict[str, Any]) -> dict[str, Any]:
    """Generate the task with an engine and judge it."""
    from skyt_plugins.distill.generate import generate
    from skyt_plugins.distill.score import score

    began = time.monotonic()
    counts = generate(
        place.folder / f"run-{name}", model, task=TASK, engine_options=options,
        sampling={"n": SAMPLES, "temperature": 1.0, "max_tokens": 160},
    )  # fmt: skip
    seconds = time.monotonic() - began
    judged = score(place.folder / f"run-{name}")
    return {
        "responses": judged.written,
        "failed": counts.failed,
        "tokens": counts.completion_tokens,
        "seconds_with_start": round(seconds, 1),
        "pass_rate": round(judged.outcomes["correct"] / max(1, judged.written), 4),
    }


def _train(place: Place, kind: str, start: str, name: str, steps: int) -> list[str]:
    precision = ["--bf16", "false"] if place.cpu else ["--use_cpu", "false", "--bf16", "true"]
    return [
        "skyt_plugins.entrypoints.train_cli", kind, "--config", f"miniature-{kind}", *precision,
        "--model_name_or_path", str(place.model(start)), "--output_dir", str(place.model(name)),
        "--max_steps", str(steps), "--save_strategy", "no",
    ]  # fmt: skip


def _sft_command(place: Place, name: str, steps: int, *more: str) -> list[str]:
    command = _train(place, "sft", "scratch", name, steps)
    traces = str(place.folder / "traces.jsonl")
    return [*command, "--dataset", traces, "--learning_rate", "1e-3", *more]


def _rl_command(place: Place, name: str, steps: int, *more: str) -> list[str]:
    command = _train(place, "rl", "sft", name, steps)
    prompts = ["--prompts", f"{TASK}_train", "--overlap_tasks", TASK, "--learning_rate", "3e-5"]
    return [*command, *prompts, *more]


def _history(place: Place, name: str) -> list[dict[str, Any]]:
    rows = (place.model(name) / "history.jsonl").read_text().splitlines()
    return [json.loads(row) for row in rows]


def _losses(place: Place, name: str) -> list[float]:
    return [row["loss"] for row in _history(place, name) if "loss" in row]


def _rewards(place: Place, name: str) -> dict[str, Any]:
    rows = [row for row in _history(place, name) if "reward" in row]
    times = [row["step_time"] for row in rows if "step_time" in row]
    return {
        "reward_first_5": round(sum(row["reward"] for row in rows[:5]) / 5, 3),
        "reward_last_5": round(sum(row["reward"] for row in rows[-5:]) / 5, 3),
        "median_step_s": round(sorted(times)[len(times) // 2], 3) if times else None,
    }


def _overhead(place: Place, name: str) -> float:
    output = subprocess.run(
        [sys.executable, __file__, "--folder", str(place.folder), "--throughput-of", name],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    return float(output.stdout.splitlines()[-1])


def throughput(place: Place, name: str, prompts: int = 1024, tokens: int = 128) -> float:
    """Generated tokens per second of one way to use vLLM, after a first small call."""
    arguments = {**VLLM, "model": str(_half_billion(place)), "load_format": "dummy"}
    questions = [f"What is {i} + {3 * i}?" for i in range(prompts)]
    if name == "vllm":
        from vllm import LLM, SamplingParams

        model = LLM(**arguments)
        chats = [[{"role": "user", "content": question}] for question in questions]
        limits = SamplingParams(temperature=1.0, max_tokens=tokens, ignore_eos=True, seed=0)

        def run(count: int) -> int:
            replies = model.chat(chats[:count], limits, use_tqdm=False)
            return sum(len(reply.outputs[0].token_ids) for reply in replies)
    else:
        from skyt_plugins.distill.engines import get_engine
        from skyt_plugins.distill.engines.base import Request
        from skyt_plugins.distill.record import Prompt

        engine = get_engine(f"vllm/{arguments.pop('model')}", arguments)
        requests = [
            Request(Prompt("sums", str(i), [{"role": "user", "content": q}], ""), (0,), 0)
            for i, q in enumerate(questions)
        ]
        sampling = {"temperature": 1.0, "max_tokens": tokens, "ignore_eos": True}

        def run(count: int) -> int:
            replies = engine.generate(requests[:count], sampling)
            return sum(choice.tokens for reply in replies for choice in reply.choices)

    run(64)
    began = time.monotonic()
    return run(prompts) / (time.monotonic() - began)


def _half_billion(place: Place) -> Path:
    """Qwen2.5-0.5B's shape with the miniature's tokenizer; the weights are vLLM's dummies."""
    from transformers import AutoTokenizer, Qwen2Config

    folder = place.folder / "shape"
    if not folder.exists():
        tokenizer = AutoTokenizer.from_pretrained(place.model("scratch"))
        tokenizer.save_pretrained(folder)
        Qwen2Config(
            vocab_size=len(tokenizer), hidden_size=896, intermediate_size=4864,
            num_hidden_layers=24, num_attention_heads=14, num_key_value_heads=2,
            max_position_embeddings=4096, tie_word_embeddings=True, bos_token_id=None,
            eos_token_id=tokenizer.eos_token_id, architectures=["Qwen2ForCausalLM"],
        ).save_pretrained(folder)  # fmt: skip
    return folder


PARTS: tuple[Callable[[Place], dict[str, Any]], ...] = (
    versions, data, sft, hf, before, rl, after, ray_vllm, server, overhead, ray_vllm_halves,
    sharded_sft, rl_transformers, ray_hf_halves, lm_eval,
)  # fmt: skip
WITHOUT_GPU = ("versions", "data", "sft", "hf", "rl_transformers", "ray_hf_halves", "lm_eval")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--seconds", type=float, default=240, help="that a part may take")
    parser.add_argument("--cpu", action="store_true")
    parser.add_argument("--part", help=argparse.SUPPRESS)
    parser.add_argument("--throughput-of", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    folder = chosen.folder or Path(tempfile.mkdtemp(prefix="skyt-gpu-"))
    folder.mkdir(parents=True, exist_ok=True)
    place = Place(folder.resolve(), chosen.cpu)
    parts = {part.__name__: part for part in PARTS}
    if chosen.throughput_of:
        print(throughput(place, chosen.throughput_of))
    elif chosen.part:
        print(json.dumps(parts[chosen.part](place)), flush=True)
    else:
        for name in chosen.only or (WITHOUT_GPU if chosen.cpu else parts):
            print(name, in_own_process(place, name, chosen.seconds), flush=True)


def in_own_process(place: Place, name: str, seconds: float) -> str:
    """A part's line of JSON, or what became of it."""
    command = [sys.executable, __file__, "--folder", str(place.folder), "--part", name]
    command += ["--cpu"] if place.cpu else []
    log = place.folder / f"{name}.log"
    began = time.monotonic()
    with open(log, "wb") as file:
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=file, start_new_session=True
        )
        try:
            output, _ = process.communicate(timeout=seconds)
            failed = f"ended with {process.returncode}" if process.returncode else ""
        except subprocess.TimeoutExpired:
            output, failed = b"", f"took more than {seconds:.0f} s"
        finally:
            _end(process)
        file.write(output)
    took = f"({time.monotonic() - began:.0f} s)"
    if failed:
        tail = " | ".join(log.read_text(errors="replace").splitlines()[-4:])
        return f"{took} {failed}: {tail[-700:]}"
    return f"{took} {output.decode().splitlines()[-1]}"


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a part and whatever it has started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, 9)
    process.wait()


if __name__ == "__main__":
    main()
