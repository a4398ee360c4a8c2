"""Where prompts come from: a task of the registry, or a JSONL or Parquet file of one's own."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from skyt_plugins.curation import select_problems
from skyt_plugins.data import read_jsonl
from skyt_plugins.errors import SkytError
from skyt_plugins.registry import get_task
from skyt_plugins.types import Problem, Task

from .record import Message, Prompt, digest

# Column names under which other projects keep the same thing, the first that is there wins.
QUESTION_COLUMNS = ("question", "problem", "prompt", "instruction", "query")
REFERENCE_COLUMNS = ("reference", "answer", "gold", "ground_truth", "final_answer")
ID_COLUMNS = ("id", "problem_id", "unique_id", "uuid")
# Where a row or a problem's metadata keeps its difficulty.
DIFFICULTY_KEYS = ("difficulty", "gpt_difficulty_parsed", "level")


@dataclass(frozen=True)
class Ask:
    """How to ask: `system` turn, `variant` of the task's prompt, `prefill` the answer begins with,
    and which problems: the slice [start, end), then the difficulty bounds, both inclusive; the
    difficulty is that of the run `labels` (see `label`), else what the task's published labels or
    the problem itself state."""

    system: str | None = None
    variant: str = "default"
    prefill: str = ""
    start: int = 0
    end: int | None = None
    min_difficulty: float | None = None
    max_difficulty: float | None = None
    labels: str | Path | None = None
    scorer: str = ""
    scorer_options: Mapping[str, Any] = field(default_factory=dict)

    def messages(self, user: str) -> list[Message]:
        turns = [{"role": "system", "content": self.system}] if self.system else []
        turns.append({"role": "user", "content": user})
        if self.prefill:
            turns.append({"role": "assistant", "content": self.prefill})
        return turns


def task_prompts(name: str, ask: Ask) -> Iterator[Prompt]:
    """The prompts of a task, in the order of its dataset: first sliced, then bounded."""
    task = get_task(name)
    # Published labels are joined where no labelled run of one's own is named.
    published = task.difficulty is not None and ask.labels is None
    bounds = (ask.min_difficulty, ask.max_difficulty) if published else ()
    problems = select_problems(task, ask.start, ask.end, *bounds)
    yield from _bounded((_task_prompt(task, problem, ask) for problem in problems), ask)


def _task_prompt(task: Task, problem: Problem, ask: Ask) -> Prompt:
    dataset = task.dataset
    return Prompt(
        task=task.name,
        problem=problem.id,
        messages=ask.messages(task.prompt(problem, ask.variant)),
        question=problem.question,
        reference=problem.reference,
        metadata=problem.metadata,
        task_version=task.version,
        scorer=ask.scorer or task.scorer,
        scorer_options=ask.scorer_options if ask.scorer else task.scorer_options,
        source=dataset.id + (f"@{dataset.revision}" if dataset.revision else ""),
        licence=task.licence,
    )


def file_prompts(path: Path, ask: Ask) -> Iterator[Prompt]:
    """The prompts of a JSONL or Parquet file: a question or `messages`, and what else is known.

    The task is named after the file. An `id` that is missing is made from the question, so that
    it stays the same when rows are added or moved.
    """
    rows = islice(read_rows(path), ask.start, ask.end)
    yield from _bounded((_row_prompt(path, row, ask) for row in rows), ask)


def _row_prompt(path: Path, row: Mapping[str, Any], ask: Ask) -> Prompt:
    messages = row.get("messages")
    question = _first(row, QUESTION_COLUMNS)
    if messages:
        try:
            messages = [{"role": m["role"], "content": m["content"]} for m in messages]
        except (TypeError, KeyError):
            raise SkytError(
                f"{path}: `messages` must be a list of objects with role and content, not "
                f"{json.dumps(messages, default=str):.80}"
            ) from None
        question = next((m["content"] for m in messages if m["role"] == "user"), "")
        if ask.prefill:
            messages = [*messages, {"role": "assistant", "content": ask.prefill}]
    elif isinstance(question, str) and question:
        messages = ask.messages(question)
    else:
        raise SkytError(
            f"{path}: a row has neither a question ({', '.join(QUESTION_COLUMNS)}) nor "
            f"`messages`\nits columns: {', '.join(row)}"
        )
    identity = _first(row, ID_COLUMNS)
    reference = _first(row, REFERENCE_COLUMNS)
    scorer = ask.scorer or str(row.get("scorer") or "")
    known = {*QUESTION_COLUMNS, *REFERENCE_COLUMNS, "messages"}
    return Prompt(
        task=file_task(path),
        problem=str(identity) if identity is not None else digest(question),
        messages=messages,
        question=question,
        reference=reference,
        metadata={key: value for key, value in row.items() if key not in known},
        scorer=scorer if reference is not None else "",
        scorer_options=ask.scorer_options if ask.scorer else row.get("scorer_options") or {},
        source=str(path),
        licence=str(row.get("licence") or row.get("license") or ""),
    )


def file_task(path: Path) -> str:
    """The task name of a prompt file: its name without the ending."""
    return path.name.removesuffix(".gz").rsplit(".", 1)[0]


def read_rows(path: Path) -> Iterator[dict[str, Any]]:
    """The rows of a .jsonl, .jsonl.gz, .json (a list) or .parquet file, streamed."""
    if not path.is_file():
        raise SkytError(f"no file {path}")
    if path.suffix == ".parquet":
        from .tables import parquet_batches

        for batch in parquet_batches(path):
            yield from batch.to_pylist()
    elif path.suffix == ".json":
        try:
            yield from json.loads(path.read_text(encoding="utf-8"))
        except ValueError as error:
            raise SkytError(f"{path}: not JSON: {error}") from error
    else:
        yield from read_jsonl(path)


def _first(row: Mapping[str, Any], names: Iterable[str]) -> Any:
    return next((row[name] for name in names if row.get(name) is not None), None)


def stated_difficulty(metadata: Mapping[str, Any]) -> float | None:
    """The difficulty that a problem's metadata states, or None."""
    try:
        return float(_first(metadata, DIFFICULTY_KEYS))
    except (TypeError, ValueError):
        return None


def _bounded(prompts: Iterable[Prompt], ask: Ask) -> Iterator[Prompt]:
    """The prompts whose difficulty lies within the bounds."""
    low, high = ask.min_difficulty, ask.max_difficulty
    if low is None and high is None:
        yield from prompts
        return
    labels = _labels(ask.labels) if ask.labels else {}
    for prompt in prompts:
        difficulty = labels.get((prompt.task, prompt.problem), labels.get(prompt.question))
        if difficulty is None:
            difficulty = stated_difficulty(prompt.metadata)
        if difficulty is None and not labels:
            raise SkytError(
                f"difficulty bounds were given, but problem {prompt.problem} states no difficulty "
                f"(looked for {', '.join(DIFFICULTY_KEYS)})\nlabel the problems first with "
                "`skyt label`, and name that run with --labels"
            )
        if difficulty is None or (low is not None and difficulty < low):
            continue
        if high is None or difficulty <= high:
            yield prompt


def _labels(folder: str | Path) -> dict[Any, float]:
    """Difficulties of a labelled run by (task, problem) and by question."""
    from .label import labels_of
    from .store import Run

    run = Run.reading(folder)
    found: dict[Any, float] = dict(labels_of(run))
    for row in run.rows("problems", ["task", "problem", "question"]):
        if (value := found.get((row["task"], row["problem"]))) is not None:
            found.setdefault(row["question"], value)
    return found
