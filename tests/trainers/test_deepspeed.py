"""ZeRO in two processes on the CPU, where DeepSpeed is installed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from skyt_plugins.trainers.recipe import LAUNCH

from .test_resume import RL, SFT, environment, history, run_door, write

pytest.importorskip("deepspeed", reason="deepspeed is not installed")
# With `use_cpu`, transformers leaves it to others to open DeepSpeed's process group.
DOOR = """
import sys
from deepspeed import comm
comm.init_distributed("gloo", auto_mpi_discovery=False)
from skyt_plugins.entrypoints.train_cli import main
main(sys.argv[1:])
"""


def run_zero(stage: str, options: str, folder: Path) -> None:
    door = write(folder / "door.py", DOOR)
    command = f"-m torch.distributed.run --standalone --nproc-per-node 2 {door} {options}"
    done = subprocess.run(
        [sys.executable, *command.split(), "--deepspeed", str(LAUNCH / f"{stage}.json")],
        env={**environment(), "DS_ACCELERATOR": "cpu"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-3000:]


@pytest.mark.slow
@pytest.mark.parametrize("stage", ["zero2", "zero3"])
def test_zero_learns_what_one_process_learns(
    stage: str, tmp_path: Path, tiny_model: Path, traces: Path
) -> None:
    config = write(tmp_path / "sft.yaml", SFT + "max_steps: 2\nsave_strategy: 'no'\n")
    options = f"sft --config {config} --model_name_or_path {tiny_model} --dataset {traces}"
    run_door(f"{options} --output_dir {tmp_path / 'one'}", 1)
    run_zero(
        stage,
        f"{options} --output_dir {tmp_path / 'two'} --per_device_train_batch_size 4",
        tmp_path,
    )
    one, two = history(tmp_path / "one"), history(tmp_path / "two")
    assert [e["loss"] for e in two] == pytest.approx([e["loss"] for e in one], rel=1e-3)


@pytest.mark.slow
def test_rl_runs_under_zero3(tmp_path: Path, tiny_model: Path) -> None:
    config = write(tmp_path / "rl.yaml", RL + "max_steps: 2\nsave_strategy: 'no'\n")
    options = f"rl --config {config} --model_name_or_path {tiny_model}"
    run_zero("zero3", f"{options} --output_dir {tmp_path / 'rl'}", tmp_path)
    lines = (tmp_path / "rl" / "samples" / "step-000001.jsonl").read_text().splitlines()
    assert all(json.loads(line)["math/verdict"] for line in lines)
    assert len(lines) == 16
