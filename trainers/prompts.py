"""Prompts for training: the problems of tasks, of files and of hub datasets, as rows for TRL."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from skyt_plugins import get_task
from skyt_plugins.data import load_problems, load_rows, read_jsonl
from skyt_plugins.errors import SkytError
from skyt_plugins.system_prompts import system_prompt
from skyt_plugins.types import Dataset

from .arguments import say
from .rewards import REFERENCE_COLUMNS

OVERLAP_MODES = ("refuse", "drop", "off")
HUB = "hub:"
# What the RL data of the Sky-T1 and PRIME lines say in `ability`, and the scorer that judges it.
ABILITIES = {"math": "math", "code": "code"}


def prompt_rows(
    sources: Sequence[str], variant: str = "default", system: str | None = None
) -> list[dict[str, Any]]:
    """Rows with `prompt` (messages), `question`, `reference`, `task`, `scorer`, `problem_id`.

    A source is a task's name, a .jsonl file, or `hub:<dataset id>[:<split>]`; `system` is a name,
    `@FILE` or the text of a system prompt. Raises SkytError.
    """
    system = system_prompt(system)
    if not sources:
        raise SkytError("no prompts: name tasks or files, for instance --prompts arith_train")
    rows: list[dict[str, Any]] = []
    for source in sources:
        if source.startswith(HUB):
            rows += file_rows(load_rows(_hub_dataset(source)), source, system)
        elif is_file(source):
            rows += file_rows(read_jsonl(Path(source)), source, system)
        else:
            rows += task_rows(source, variant, system)
    return rows


def is_file(source: str) -> bool:
    """Whether a source is a file by its name. Raises SkytError for one that is not there."""
    if Path(source).suffix not in (".jsonl", ".gz"):
        return False
    if not Path(source).is_file():
        raise SkytError(f"{source}: no such file")
    return True


def task_rows(name: str, variant: str, system: str | None) -> Iterator[dict[str, Any]]:
    task = get_task(name)
    for problem in load_problems(task):
        yield _row(
            task.messages(problem, variant, system),
            problem.reference,
            question=problem.question,
            task=task.name,
            scorer=task.scorer,
            problem_id=problem.id,
        )


def file_rows(
    rows: Iterable[Mapping[str, Any]], source: str, system: str | None
) -> Iterator[dict[str, Any]]:
    """Rows of a file: `prompt` (text or messages) or `question`, and a gold answer.

    Rows in veRL's layout (`prompt`, `ability`, `reward_model.ground_truth`) are read as they are.
    """
    for number, row in enumerate(rows, 1):
        gold = _gold(row)
        asked = row.get("prompt") or row.get("question")
        if asked is None or gold is None:
            missing = "`prompt` or `question`" if asked is None else " or ".join(REFERENCE_COLUMNS)
            raise SkytError(f"{source}:{number}: the row has no {missing}")
        messages = [{"role": "user", "content": asked}] if isinstance(asked, str) else [*asked]
        if system and messages[0]["role"] != "system":
            messages = [{"role": "system", "content": system}, *messages]
        yield _row(
            messages,
            gold,
            question=str(messages[-1]["content"]),
            task=row.get("task"),
            scorer=row.get("scorer") or ABILITIES.get(str(row.get("ability"))),
            problem_id=str(row.get("problem_id") or row.get("id") or f"{source}:{number}"),
        )


def _row(messages: list[dict[str, str]], reference: Any, **columns: Any) -> dict[str, Any]:
    # One type for the whole column: Arrow tables have no mixed ones, and test cases are objects.
    text = reference if isinstance(reference, str) else json.dumps(reference)
    return {"prompt": messages, "reference": text, **columns}


def _gold(row: Mapping[str, Any]) -> Any:
    if isinstance(row.get("reward_model"), Mapping):
        return row["reward_model"].get("ground_truth")
    return next((row[c] for c in REFERENCE_COLUMNS if row.get(c) is not None), None)


def _hub_dataset(source: str) -> Dataset:
    name, _, split = source.removeprefix(HUB).partition(":")
    return Dataset(name, split=split or "train")


def without_benchmarks(
    rows: Sequence[dict[str, Any]], mode: str, tasks: Sequence[str] | None = None
) -> list[dict[str, Any]]:
    """The rows that hold no problem of a benchmark (`tasks`, or all that can be read).

    `mode` is refuse (raise SkytError if there is one), drop, or off.
    """
    if mode not in OVERLAP_MODES:
        raise SkytError(f"overlap {mode!r}: one of {', '.join(OVERLAP_MODES)} is wanted")
    if mode == "off":
        return [*rows]
    from skyt_plugins.overlap import Benchmarks

    benchmarks = Benchmarks(tasks)
    hits = {hit.index: hit for hit in benchmarks.hits(row["question"] for row in rows)}
    for why in sorted(set(benchmarks.unread.values())):
        unread = [task for task, cause in benchmarks.unread.items() if cause == why]
        say(f"overlap: not checked: {', '.join(unread)}: {why}")
    if hits and mode == "refuse":
        hit = next(iter(hits.values()))
        raise SkytError(
            f"{len(hits)} of {len(rows)} prompts hold a benchmark's problem, e.g. {hit.problem} of "
            f"{hit.task}\n`--overlap drop` leaves them out"
        )
    if hits:
        say(f"{len(hits)} prompts that hold a benchmark's problem are dropped")
    return [row for index, row in enumerate(rows) if index not in hits]


def without_long_prompts(
    rows: Sequence[dict[str, Any]], tokenizer: Any, limit: int
) -> tuple[list[dict[str, Any]], int]:
    """The rows whose templated prompt has at most `limit` tokens, and how many were dropped."""
    kept = []
    for row in rows:
        tokens = tokenizer.apply_chat_template(
            row["prompt"], add_generation_prompt=True, tokenize=True, return_dict=True
        )["input_ids"]
        if len(tokens) <= limit:
            kept.append(row)
    return kept, len(rows) - len(kept)
