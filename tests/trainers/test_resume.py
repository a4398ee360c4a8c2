"""Runs that are killed go on as if nothing had happened; runs in two processes learn the same."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from skyt_plugins.trainers.checkpoints import checkpoint_to_resume, complete_checkpoints
from skyt_plugins.trainers.recipe import LAUNCH

from skyt_plugins import SkytError

from ..conftest import ROOT

RL_SCRIPT = Path(__file__).parent / "rl_in_processes.py"
DOOR = "skyt_plugins.entrypoints.train_cli"
COMMON = """
bf16: false
gradient_checkpointing: false
use_cpu: true
logging_steps: 1
learning_rate: 1.0e-3
lr_scheduler_type: constant
save_steps: 2
"""
RL = (
    COMMON
    + """
prompts: [arith_train]
overlap: "off"
rewards: [math, {name: length, weight: 1.0, soft: 0, hard: 12}]
num_generations: 4
per_device_train_batch_size: 8
max_completion_length: 12
beta: 0.0
"""
)
SFT = (
    COMMON
    + """
per_device_train_batch_size: 8
train_sampling_strategy: sequential
"""
)


def environment() -> dict[str, str]:
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))
    return {**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"}


def run_door(options: str, processes: int) -> None:
    """Run `skyt-train` in one process, or in several under `accelerate launch` over gloo."""
    launch = f"accelerate.commands.launch --config_file {LAUNCH}/cpu.yaml -m".split()
    start = [sys.executable, "-m", *(launch if processes > 1 else [])]
    done = subprocess.run(
        [*start, DOOR, *options.split()],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-3000:]


def history(folder: Path) -> list[dict[str, float]]:
    entries = [json.loads(line) for line in (folder / "history.jsonl").read_text().splitlines()]
    return [entry for entry in entries if "loss" in entry]


def write(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


@pytest.mark.slow
@pytest.mark.parametrize("filtering", ["none", "online"])
def test_killed_run_goes_on_along_the_same_trajectory(
    tmp_path: Path, tiny_model: Path, filtering: str
) -> None:
    config = write(tmp_path / "rl.yaml", RL + f"filter: {filtering}\nmax_steps: 6\n")

    def command(out: Path) -> list[str]:
        line = f"rl --config {config} --model_name_or_path {tiny_model} --output_dir {out}"
        return [sys.executable, "-m", DOOR, *line.split(), "--resume_from_checkpoint", "true"]

    whole, killed = tmp_path / "whole", tmp_path / "killed"
    subprocess.run(command(whole), env=environment(), check=True, capture_output=True)
    process = subprocess.Popen(
        command(killed), env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    deadline = time.monotonic() + 300
    while not complete_checkpoints(killed) and time.monotonic() < deadline:
        assert process.poll() is None
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not (killed / "history.jsonl").exists(), "it ended before it could be killed"
    subprocess.run(command(killed), env=environment(), check=True, capture_output=True)

    expected, found = history(whole), history(killed)
    assert [entry["step"] for entry in found] == [1, 2, 3, 4, 5, 6]
    for before, after in zip(expected, found, strict=True):
        for key in ("reward", "entropy", "grad_norm", "completions/mean_length"):
            assert after[key] == pytest.approx(before[key], rel=1e-4, abs=1e-6), key


@pytest.mark.slow
def test_two_processes_learn_what_one_learns(tmp_path: Path, tiny_model: Path) -> None:
    # All of one length: however the rows are dealt out, a process has as many tokens as another.
    rows = [
        {"prompt": f"What is {10 + i} + {50 - i}?", "completion": f"\\boxed{{{60}}}"}
        for i in range(32)
    ]
    traces = write(tmp_path / "t.jsonl", "".join(json.dumps(row) + "\n" for row in rows))

    def losses(processes: int, rows_each: int) -> list[float]:
        out = tmp_path / f"{processes}"
        config = write(tmp_path / f"{processes}.yaml", SFT + "max_steps: 4\n")
        options = f"sft --config {config} --model_name_or_path {tiny_model} --dataset {traces}"
        options += f" --output_dir {out} --per_device_train_batch_size {rows_each}"
        run_door(options, processes)
        return [entry["loss"] for entry in history(out)]

    assert losses(2, 4) == pytest.approx(losses(1, 8), rel=1e-3)


@pytest.mark.slow
@pytest.mark.parametrize("filtering", ["none", "online"])
def test_two_processes_judge_every_response_once(
    tmp_path: Path, tiny_model: Path, filtering: str
) -> None:
    out = tmp_path / "two"
    config = write(tmp_path / "rl.yaml", RL + f"filter: {filtering}\nmax_steps: 2\n")
    run_door(f"rl --config {config} --model_name_or_path {tiny_model} --output_dir {out}", 2)
    rows = [
        json.loads(line)
        for line in (out / "samples" / "step-000001.jsonl").read_text().splitlines()
    ]
    assert len(rows) == 16  # 8 a process
    assert all(row["math/verdict"] for row in rows)
    # Each process has its own prompts, in whole groups.
    prompts = [json.dumps(row["prompt"]) for row in rows]
    assert {prompts.count(prompt) for prompt in prompts} == {4}
    assert len(set(prompts)) == 4


@pytest.mark.slow
def test_two_processes_learn_and_judge_in_rl_what_one_does(
    tmp_path: Path, tiny_model: Path
) -> None:
    def run(processes: int) -> tuple[list[float], list[str]]:
        out = tmp_path / f"{processes}"
        out.mkdir()
        line = f"-m torch.distributed.run --standalone --nproc-per-node {processes} {RL_SCRIPT}"
        subprocess.run(
            [sys.executable, *line.split(), str(tiny_model), str(out)],
            env=environment(),
            check=True,
            capture_output=True,
            timeout=300,
        )
        judged = [row for path in out.glob("judged-*.txt") for row in path.read_text().split("\n")]
        norms = [entry["grad_norm"] for entry in history(out)]
        return norms, sorted(filter(None, judged))

    (one, judged), (two, judged_by_two) = run(1), run(2)
    assert len(judged) == 48  # 3 steps of 4 prompts x 4 responses
    assert judged_by_two == judged
    assert min(one) > 0
    assert two == pytest.approx(one, rel=1e-3)


def checkpoint(folder: Path, step: int, hidden: int = 32, state: str = "{}") -> Path:
    path = folder / f"checkpoint-{step}"
    path.mkdir(parents=True)
    (path / "config.json").write_text(json.dumps({"model_type": "qwen2", "hidden_size": hidden}))
    (path / "trainer_state.json").write_text(state)
    return path


def test_newest_whole_checkpoint_is_chosen_and_half_written_ones_passed_over(
    tmp_path: Path,
) -> None:
    good = checkpoint(tmp_path, 90)
    checkpoint(tmp_path, 100, state='{"global_st')  # the disk was full
    (tmp_path / "checkpoint-110").mkdir()  # killed while saving
    assert checkpoint_to_resume(tmp_path, "true", None) == str(good)


def test_nothing_to_resume_means_a_new_run(tmp_path: Path) -> None:
    assert checkpoint_to_resume(tmp_path, "true", None) is None
    assert checkpoint_to_resume(tmp_path, None, None) is None


def test_named_checkpoint_that_is_broken_is_refused(tmp_path: Path) -> None:
    (tmp_path / "checkpoint-7").mkdir()
    with pytest.raises(SkytError, match="cut off while saving"):
        checkpoint_to_resume(tmp_path, str(tmp_path / "checkpoint-7"), None)


def test_checkpoint_of_another_model_is_refused(tmp_path: Path) -> None:
    path = checkpoint(tmp_path / "run", 5, hidden=64)
    model = checkpoint(tmp_path / "model", 1, hidden=32)
    with pytest.raises(SkytError, match="hidden_size is 64"):
        checkpoint_to_resume(path.parent, "true", str(model))
