"""Tables of sampled completions with verdict, reason and reward, one JSON Lines file a log."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from .running import writing

# Rows kept of each logged generation batch; more would be gigabytes over a long run.
ROWS = 64


class SampleTables:
    """Mixin for RLOOTrainer: what it has logged of the last batch goes to `samples/`.

    What it measures in an evaluation is logged by task, `eval_<task>_reward` and so on: TRL calls
    it `eval_reward` for all, and one task would hide another.
    """

    def log(self, logs: dict[str, float], start_time: float | None = None) -> None:
        trainer: Any = self
        for task in trainer.eval_dataset or ():
            if f"eval_{task}_loss" in logs:
                measured = trainer._metrics["eval"]
                for key in [*measured]:
                    measured[f"{task}_{key}"] = measured.pop(key)
        super().log(logs, start_time)  # type: ignore[misc]
        if "reward" in logs and trainer.accelerator.is_main_process:
            out = Path(trainer.args.output_dir)
            rows = sample_rows(trainer._logs)
            path = out / "samples" / f"step-{trainer.state.global_step:06d}.jsonl"
            with writing(out):
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text("".join(json.dumps(row) + "\n" for row in rows))


def sample_rows(logs: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows of TRL's completion log: prompt, completion, rewards, verdicts, advantage."""
    columns = {
        "prompt": logs["prompt"],
        "completion": logs["completion"],
        **{f"reward/{name}": values for name, values in logs["rewards"].items()},
        **logs["extra"],
        "advantage": logs["advantages"],
    }
    count = min(ROWS, len(logs["prompt"]))
    return [
        {name: _plain(values[i]) for name, values in columns.items() if len(values) > i}
        for i in range(count)
    ]


def _plain(value: Any) -> Any:
    if isinstance(value, float) and value != value:
        return None  # NaN is no JSON: TRL's sign for "not judged"
    return value
