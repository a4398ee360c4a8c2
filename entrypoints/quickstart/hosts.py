"""Evaluate a model with the real lm-eval and the real Inspect, and read what they found."""

from __future__ import annotations

import importlib.util
import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from skyt_plugins import get_task
from skyt_plugins.errors import SkytError
from skyt_plugins.statistics import mean_interval, pass_at_k_values

from .commands import Progress, checkout_root, python_module, run_command

# Every response of a task in one batch: the tiny model waits for the interpreter, not for memory.
BATCH = 800


@dataclass(frozen=True)
class Figures:
    """What a host says of one model on one task; shares and interval limits lie in [0, 1]."""

    accuracy: float
    low: float
    high: float
    truncated: float
    pass_at_k: Mapping[str, float]
    responses: int
    mean_tokens: float | None = None

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def lm_eval_figures(
    model: Path, tasks: Sequence[str], folder: Path, log: Path, progress: Progress | None = None
) -> dict[str, Figures]:
    """Run `lm_eval run` on `model` for all tasks; intervals are over its samples files."""
    shutil.rmtree(folder, ignore_errors=True)
    command = python_module(
        "lm_eval", "run", "--model", "hf", "--model_args", f"pretrained={model},dtype=float32",
        "--tasks", ",".join(f"skyt_{task}" for task in tasks), "--apply_chat_template",
        "--batch_size", str(BATCH), "--device", "cpu",
        "--output_path", str(folder), "--log_samples",
    )  # fmt: skip
    if importlib.util.find_spec("_skyt_autoload") is None:
        from ..lm_eval_tasks import yaml_folder

        command += ["--include_path", str(yaml_folder())]
    run_command(command, log, progress)
    results = json.loads(_only(folder, "results_*.json").read_text())["results"]
    found = {}
    for task in tasks:
        result = results[f"skyt_{task}"]
        rows = _json_lines(_only(folder, f"samples_skyt_{task}_2*.jsonl"))
        n = get_task(task).sampling.n
        interval = mean_interval([row["accuracy"] for row in rows], n)
        found[task] = Figures(
            accuracy=interval.mean,
            low=interval.low,
            high=interval.high,
            truncated=result["truncated,all"],
            pass_at_k={k: result[f"{k},all"] for k in _pass_at_k(task)},
            responses=len(rows) * n,
            mean_tokens=_mean_tokens(model, [text for row in rows for text in row["resps"][0]]),
        )
    return found


def _mean_tokens(model: Path, responses: Sequence[str]) -> float:
    """By the model's tokenizer: lm-eval counts no tokens, and Inspect counts the padding too."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(model / "tokenizer.json"))
    return sum(len(encoded.ids) for encoded in tokenizer.encode_batch(responses)) / len(responses)


def inspect_figures(
    model: Path, tasks: Sequence[str], folder: Path, log: Path, progress: Progress | None = None
) -> dict[str, Figures]:
    """Run `inspect eval` on `model` for all tasks and read the metrics of its logs."""
    shutil.rmtree(folder, ignore_errors=True)
    command = python_module(
        "inspect_ai", "eval", *map(_inspect_task, tasks), "--model", f"hf/{model}",
        "-M", "device=cpu", "-M", f"batch_size={BATCH}",
        "--max-connections", str(BATCH), "--max-samples", str(BATCH),
        # What Inspect writes for those who watch costs a quarter of the evaluation.
        "--no-log-realtime", "--no-score-display",
        "--log-dir", str(folder), "--display", "plain",
    )  # fmt: skip
    run_command(command, log, progress)
    return {task: _inspect_log(task, folder, log) for task in tasks}


def _inspect_log(task: str, folder: Path, log: Path) -> Figures:
    from inspect_ai.log import read_eval_log

    # Inspect writes `_` of a task's name as `-` into the file's name.
    path = _only(folder, f"*_{task.replace('_', '-')}_*.eval")
    header = read_eval_log(str(path), header_only=True)
    if header.status != "success" or header.results is None:
        raise SkytError(f"inspect eval did not finish: {header.status}; see {log}")
    found = {name: m.value for name, m in header.results.scores[0].metrics.items()}
    return Figures(
        accuracy=found["accuracy"],
        low=found["ci95_low"],
        high=found["ci95_high"],
        truncated=found["truncated"],
        pass_at_k={k: found[k] for k in _pass_at_k(task)},
        responses=header.results.total_samples,
    )


def _inspect_task(task: str) -> str:
    """`skyt/<task>`, or in a checkout that is not installed, the file that defines it."""
    if any(entry.name == "skyt" for entry in entry_points(group="inspect_ai")):
        return f"skyt/{task}"
    return f"{checkout_root()}/entrypoints/skyt.py@{task}"


def _pass_at_k(task: str) -> list[str]:
    return [f"pass@{k}" for k in pass_at_k_values(get_task(task).sampling.n)]


def _only(folder: Path, pattern: str) -> Path:
    found = sorted(folder.rglob(pattern))
    if not found:
        raise SkytError(f"{folder}: no {pattern} was written")
    return found[-1]


def _json_lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]
