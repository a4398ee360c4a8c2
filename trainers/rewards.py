"""Scorers as TRL rewards: `skyt_plugins.trainers.rewards.<scorer>`, or `Reward(name, **options)`.

A row's gold answer is its column `reference`, else `answer`, `solution` or `ground_truth`. A row
that names a `task` is judged by that task's scorer, one that names a `scorer` by that; a reward
for another scorer leaves it out (None), so that math and code mix in one run.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from skyt_plugins import get_scorer, get_task, scorer_names
from skyt_plugins.data import problems_by_id
from skyt_plugins.errors import SkytError
from skyt_plugins.registry import nearest
from skyt_plugins.types import Outcome, Problem, Scorer, Verdict

REFERENCE_COLUMNS = ("reference", "answer", "solution", "ground_truth")
# Judges every row by its own task or scorer.
BY_TASK = "task"
CUT_OFF = "cut off at the limit of tokens"
# What a scorer is given where neither task nor reward say otherwise: `code` begins no program once
# the batch of one step has had ten minutes, far below the half hour after which NCCL gives up.
DEFAULTS: Mapping[str, Mapping[str, Any]] = {"code": {"batch_limit": 600.0}}


class Reward:
    """A reward function for TRL; picklable. `name` is a scorer's, or `task`: each row by its own.

    `stop_ids`, where given, are the token ids that end a response: one that ends with another was
    cut off by the host's limit and counts as no answer, whatever its text says.
    """

    def __init__(self, name: str, stop_ids: Sequence[int] = (), **options: Any) -> None:
        self.__name__ = name
        self.stop_ids = frozenset(stop_ids)
        self.options = options
        if name != BY_TASK:
            get_scorer(name, **options)

    def __call__(
        self,
        completions: Sequence[str | list[dict[str, Any]]],
        completion_ids: Sequence[Sequence[int]] | None = None,
        log_metric: Callable[[str, float], None] | None = None,
        log_extra: Callable[[str, list[Any]], None] | None = None,
        **columns: Any,
    ) -> list[float | None]:
        """One reward per completion: the verdict's value, or None where nothing was judged."""
        verdicts = self.verdicts(completions, completion_ids, **columns)
        if log_metric is not None:
            for metric, value in shares(self.__name__, verdicts).items():
                log_metric(metric, value)
        if log_extra is not None:
            log_extra(f"{self.__name__}/verdict", [str(v.outcome) if v else None for v in verdicts])
            log_extra(f"{self.__name__}/reason", [v.reason if v else None for v in verdicts])
        return [v.reward if v else None for v in verdicts]

    def verdicts(
        self,
        completions: Sequence[str | list[dict[str, Any]]],
        completion_ids: Sequence[Sequence[int]] | None = None,
        **columns: Any,
    ) -> list[Verdict | None]:
        """One verdict per completion, None for the rows of other scorers."""
        found: list[Verdict | None] = [None] * len(completions)
        pairs: dict[str, list[tuple[int, str, Problem]]] = {}
        for i, completion in enumerate(completions):
            row = {key: value[i] for key, value in columns.items() if _is_column(value)}
            key = self._scorer_key(row)
            if key is None:
                continue
            if self.stop_ids and completion_ids and not _ended(completion_ids[i], self.stop_ids):
                found[i] = Verdict.no_answer(CUT_OFF, truncated=True)
                continue
            pairs.setdefault(key, []).append((i, text_of(completion), problem_of(row)))
        for key, items in pairs.items():
            scored = _scorer(key).score_batch([(text, problem) for _, text, problem in items])
            for (i, _, _), verdict in zip(items, scored, strict=True):
                found[i] = verdict
        return found

    def judges(self, row: dict[str, Any]) -> bool:
        """Whether it judges a row with these `task` and `scorer`.

        Raises SkytError where their scorer is not there or refuses its options.
        """
        key = self._scorer_key(row)
        return key is not None and _scorer(key) is not None

    def _scorer_key(self, row: dict[str, Any]) -> str | None:
        """The scorer of this row with its options, as JSON; None where it is another reward's."""
        name, options = row.get("scorer"), {}
        if row.get("task"):
            task = get_task(row["task"])
            name, options = task.scorer, dict(task.scorer_options)
        if self.__name__ != BY_TASK and name not in (None, self.__name__):
            return None
        if name is None and self.__name__ == BY_TASK:
            raise SkytError("reward 'task': a row has neither a column `task` nor a `scorer`")
        name = name or self.__name__
        every = {**DEFAULTS.get(name, {}), **options, **self.options}
        return json.dumps([name, every], sort_keys=True)


def text_of(completion: str | list[dict[str, Any]]) -> str:
    """A completion as text: itself, or the contents of its messages, reasoning put back."""
    if isinstance(completion, str):
        return completion
    parts = []
    for message in completion:
        if message.get("reasoning_content"):
            parts.append(f"<think>{message['reasoning_content']}</think>")
        parts.append(str(message.get("content") or ""))
    return "".join(parts)


def problem_of(row: dict[str, Any]) -> Problem:
    """The problem of a row: its task's own, by `problem_id`, else one around its reference."""
    if row.get("task") and row.get("problem_id"):
        problem = problems_by_id(row["task"]).get(row["problem_id"])
        if problem is not None:
            return problem
    for column in REFERENCE_COLUMNS:
        if row.get(column) is not None:
            return Problem(str(row.get("problem_id", "")), "", row[column])
    raise SkytError(
        f"a row has no gold answer: it needs one of the columns {', '.join(REFERENCE_COLUMNS)}\n"
        f"it has {', '.join(sorted(row)) or 'none'}"
    )


def shares(name: str, verdicts: Sequence[Verdict | None]) -> dict[str, float]:
    """The shares `<name>/truncated`, `/no_answer` and `/errors` of the judged; {} if none was."""
    judged = [v for v in verdicts if v is not None]
    if not judged:
        return {}
    counts = {
        "truncated": sum(v.is_truncated for v in judged),
        "no_answer": sum(v.outcome is Outcome.NO_ANSWER for v in judged),
        "errors": sum(v.outcome is Outcome.ERROR for v in judged),
    }
    return {f"{name}/{key}": count / len(judged) for key, count in counts.items()}


def _is_column(value: Any) -> bool:
    return isinstance(value, (list, tuple))


def _ended(ids: Sequence[int], stop_ids: frozenset[int]) -> bool:
    return len(ids) > 0 and int(ids[-1]) in stop_ids


@functools.cache
def _scorer(key: str) -> Scorer:
    name, options = json.loads(key)
    return get_scorer(name, **options)


def __getattr__(name: str) -> Reward:
    """`rewards.math` and every other scorer of the registry, for dotted paths in TRL."""
    if name.startswith("_") or name not in scorer_names():
        raise AttributeError(f"no reward {name!r}; {nearest(name, scorer_names())}")
    return Reward(name)
