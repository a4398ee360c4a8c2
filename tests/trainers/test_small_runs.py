"""Short real runs on a tiny model: preference, a bad loss, stock TRL."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors import SafetensorError
from skyt_plugins.trainers import preference
from skyt_plugins.trainers.curves import draw_curves
from skyt_plugins.trainers.running import Guard

from skyt_plugins import SkytError

from ..conftest import ROOT

USER = {"role": "user", "content": "What is 12 + 34?"}


@pytest.fixture
def pairs(tmp_path: Path) -> Path:
    path = tmp_path / "pairs.jsonl"
    row = {
        "prompt": [USER],
        "chosen": [{"role": "assistant", "content": "\\boxed{46}"}],
        "rejected": [{"role": "assistant", "content": "<think>\n2+4+0=7,7\n</think>\n\\boxed{47}"}],
    }
    path.write_text((json.dumps(row) + "\n") * 8)
    return path


@pytest.mark.parametrize(
    ("method", "options"),
    [("dpo", "--beta 0.1"), ("simpo", "--loss_type simpo --cpo_alpha 0 --simpo_gamma 0.3")],
)
def test_preference_prefers_the_chosen_response(
    method: str, options: str, tmp_path: Path, tiny_model: Path, pairs: Path
) -> None:
    out = tmp_path / method
    argv = f"--method {method} --model_name_or_path {tiny_model} --dataset {pairs} {options}"
    argv += f" --output_dir {out} --max_steps 6 --logging_steps 1 --learning_rate 1e-2"
    argv += " --per_device_train_batch_size 4 --gradient_checkpointing false --use_cpu true"
    argv += " --max_length 256 --lr_scheduler_type constant --save_strategy no"
    preference.main(argv.split())
    entries = [json.loads(line) for line in (out / "history.jsonl").read_text().splitlines()]
    losses = [entry["loss"] for entry in entries if "loss" in entry]
    assert losses[-1] < losses[0]


def test_unknown_method_and_half_simpo_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SkytError, match="dpo, simpo"):
        preference.main(["--method", "ppo"])
    with pytest.raises(SkytError, match="cpo_alpha 0"):
        preference.main(f"--method simpo --dataset x --output_dir {tmp_path}".split())


class _Arguments:
    process_index = 0

    def __init__(self, folder: Path) -> None:
        self.output_dir = str(folder)


class _State:
    global_step = 6


def test_loss_that_is_not_finite_stops_the_run_and_keeps_its_batch(tmp_path: Path) -> None:
    class Base:
        args, state = _Arguments(tmp_path / "out"), _State()

        def training_step(self, model: Any, inputs: Any, num_items_in_batch: Any) -> Any:
            return torch.tensor(float("nan"))

    class Trainer(Guard, Base):
        pass

    with pytest.raises(SkytError, match="nan at step 7"):
        Trainer().training_step(None, {"input_ids": torch.arange(3)})
    saved = torch.load(tmp_path / "out" / "bad_batch_step7_rank0.pt")
    assert saved["input_ids"].tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    "error", [OSError(28, "full"), RuntimeError("unexpected pos"), SafetensorError("I/O error")]
)
def test_full_disk_while_saving_names_the_last_good_checkpoint(
    tmp_path: Path, error: Exception
) -> None:
    good = tmp_path / "checkpoint-4"
    good.mkdir()
    (good / "trainer_state.json").write_text("{}")

    class Base:
        args = _Arguments(tmp_path)

        def _save_checkpoint(self, model: Any, trial: Any) -> None:
            (tmp_path / "checkpoint-8").mkdir()
            raise error

    class Trainer(Guard, Base):
        pass

    with pytest.raises(SkytError, match=r"could not write: .*\n.*checkpoint-4; make room"):
        Trainer()._save_checkpoint(None, None)


def test_history_without_curves_draws_nothing(tmp_path: Path) -> None:
    assert not draw_curves([{"step": 1, "train_runtime": 3.0}], tmp_path / "curves.png")
    assert not (tmp_path / "curves.png").exists()


@pytest.mark.slow
def test_stock_trl_takes_a_scorer_by_its_dotted_path(tmp_path: Path, tiny_model: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    row = {"prompt": [USER], "reference": "46"}
    (data / "train.jsonl").write_text((json.dumps(row) + "\n") * 8)
    command = f"-m trl.scripts.rloo --model_name_or_path {tiny_model} --dataset_name {data}"
    command += " --reward_funcs skyt_plugins.trainers.rewards.math --max_steps 2 --use_cpu true"
    command += " --bf16 false --per_device_train_batch_size 4 --num_generations 4 --beta 0"
    command += f" --max_completion_length 8 --logging_steps 1 --output_dir {tmp_path / 'out'}"
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))
    done = subprocess.run(
        [sys.executable, *command.split()],
        env={**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1", "ACCELERATE_USE_CPU": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert "rewards/math/mean" in done.stdout
