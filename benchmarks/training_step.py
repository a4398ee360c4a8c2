"""What skyt adds to a step of TRL's RLOO trainer, in seconds and as a share of the step.

    python benchmarks/training_step.py [--steps 12]

A real run of `skyt-train rl` with a small random model on the CPU. Timers stand around everything
of ours that runs in a step (rewards, sample tables, the guard around the loss) and around TRL's own
methods below, whose time is taken off. A model of real size makes the step longer, not our part.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

PROMPTS, GROUP = 16, 8


class Timers:
    """Seconds by name, of calls that may be nested in one another."""

    def __init__(self) -> None:
        self.seconds: Counter[str] = Counter()

    def around(self, owner: type, method: str, name: str) -> None:
        """Replace a method by one that is timed under `name`."""
        inner: Callable[..., Any] = getattr(owner, method)

        def timed(*arguments: Any, **keywords: Any) -> Any:
            began = time.perf_counter()
            try:
                return inner(*arguments, **keywords)
            finally:
                self.seconds[name] += time.perf_counter() - began

        setattr(owner, method, timed)


def seconds_of_steps(steps: int) -> tuple[float, Counter[str]]:
    """Seconds of the whole training loop, and of its parts."""
    from skyt_plugins.entrypoints.quickstart.model import save_new_model
    from skyt_plugins.trainers import rl, running, samples
    from skyt_plugins.trainers.rewards import Reward
    from trl import RLOOTrainer

    timers = Timers()
    timers.around(Reward, "__call__", "rewards, with judging")
    for owner, method in ((samples.SampleTables, "log"), (running.Guard, "training_step")):
        timers.around(RLOOTrainer, method, f"TRL {method}")
        timers.around(owner, method, method)
    timers.around(RLOOTrainer, "_inner_training_loop", "loop")
    with tempfile.TemporaryDirectory() as folder:
        save_new_model(Path(folder) / "model", ["What is 12 + 34? <think> \\boxed{46}"])
        rl.main(
            [
                "--model_name_or_path", f"{folder}/model", "--output_dir", f"{folder}/out",
                "--prompts", "arith_train", "--max_steps", str(steps), "--logging_steps", "1",
                "--per_device_train_batch_size", str(PROMPTS * GROUP),
                "--num_generations", str(GROUP), "--max_completion_length", "96",
                "--save_strategy", "no", "--report_to", "none", "--use_cpu", "--bf16", "false",
                "--gradient_checkpointing", "false", "--beta", "0",
            ]
        )  # fmt: skip
    return timers.seconds["loop"], timers.seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=12)
    steps = parser.parse_args().steps
    loop, seconds = seconds_of_steps(steps)
    ours = {
        "rewards, with judging": seconds["rewards, with judging"],
        "sample tables": seconds["log"] - seconds["TRL log"],
        "guard around the loss": seconds["training_step"] - seconds["TRL training_step"],
    }
    print(
        f"\n{steps} steps of {PROMPTS} prompts x {GROUP} responses, {loop / steps:.3f} s a step\n"
    )
    print("| of it ours | ms a step | share |\n|---|---|---|")
    for name, took in {**ours, "together": sum(ours.values())}.items():
        print(f"| {name} | {took / steps * 1e3:.2f} | {took / loop:.2%} |")


if __name__ == "__main__":
    main()
