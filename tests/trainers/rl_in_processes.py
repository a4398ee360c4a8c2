"""Run as a script, in one process or several: RLOO whose responses do not depend on how many.

    rl_in_processes.py MODEL OUT

Each process samples from a generator of its own. Here the responses are given by their place in the
group, and so is the reward; what was judged is written to OUT/judged-<rank>.txt.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from datasets import Dataset
from skyt_plugins.trainers.curves import write_history
from skyt_plugins.trainers.filtering import JudgedRLOOTrainer
from transformers import AutoTokenizer
from trl import RLOOConfig

GROUP = 4
RANK, PROCESSES = int(os.environ.get("RANK", "0")), int(os.environ.get("WORLD_SIZE", "1"))


class ToldTrainer(JudgedRLOOTrainer):
    def _generate(self, prompts: list[Any]) -> Any:
        asked, _, texts = super()._generate(prompts)
        end = self._tokenizer.eos_token_id
        return asked, [[5 + i % GROUP, 9, end] for i in range(len(prompts))], texts


def main(model: str, out: str) -> None:
    def by_place(completions: list[Any], number: list[int], **_: Any) -> list[float]:
        with open(f"{out}/judged-{RANK}.txt", "a") as lines:
            lines.writelines(f"{n} {i % GROUP}\n" for i, n in enumerate(number))
        return [float(i % GROUP == n % GROUP) for i, n in enumerate(number)]

    prompts = [[{"role": "user", "content": f"What is {n} + 1?"}] for n in range(20)]
    trainer = ToldTrainer(
        model=model,
        reward_funcs=by_place,
        args=RLOOConfig(
            output_dir=out, per_device_train_batch_size=16 // PROCESSES, num_generations=GROUP,
            beta=0.0, max_completion_length=4, max_steps=3, learning_rate=1e-3, logging_steps=1,
            lr_scheduler_type="constant", use_cpu=True, bf16=False, report_to=[],
            save_strategy="no",
        ),
        train_dataset=Dataset.from_dict({"prompt": prompts, "number": [*range(20)]}),
        processing_class=AutoTokenizer.from_pretrained(model),
    )  # fmt: skip
    trainer.train()
    if trainer.accelerator.is_main_process:
        write_history(trainer.state.log_history, Path(out))


if __name__ == "__main__":
    main(*sys.argv[1:])
