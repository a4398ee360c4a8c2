"""Who judges what: the scorers of a run and the problems that they need."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from skyt_plugins.registry import get_scorer
from skyt_plugins.types import Problem, Scorer, Verdict

from .record import Key
from .store import Run

KEPT_PROBLEMS = 16_384


class Gold(NamedTuple):
    """How to judge the responses to one problem; JSON texts are parsed when they are needed."""

    question: str
    reference: str
    metadata: str
    scorer: str
    options: str


class Text(NamedTuple):
    """One text to judge: a response, or its rewrite."""

    key: Key
    of: str
    text: str
    error: str
    judge: tuple[str, str] = ("", "")  # scorer and options


def golds(run: Run) -> dict[tuple[str, str], Gold]:
    """(task, problem) → how to judge it."""
    names = ["task", "problem", "question", "reference", "metadata", "scorer", "scorer_options"]
    found = {}
    for batch in run.batches("problems", names):
        for task, problem, *rest in zip(*(c.to_pylist() for c in batch.columns), strict=True):
            found[task, problem] = Gold(*rest)
    return found


class Judges:
    """The scorers of a run, made once each, with the rule that each stands for."""

    def __init__(
        self, gold: Mapping[tuple[str, str], Gold], scorer: str = "", options: str = "{}"
    ) -> None:
        self.gold = gold
        self.override = (scorer, options) if scorer else None
        self.made: dict[tuple[str, str], tuple[Scorer, str]] = {}
        self._problems: dict[tuple[str, str], Problem] = {}

    def name(self, key: Key) -> tuple[str, str] | None:
        """(scorer, options) for a record; None where it cannot be judged. See `made`."""
        gold = self.gold.get((key.task, key.problem))
        if gold is None or gold.reference == "null":
            return None
        name = self.override or (gold.scorer, gold.options)
        if not name[0]:
            return None
        if name not in self.made:
            made = get_scorer(name[0], **json.loads(name[1]))
            self.made[name] = (made, f"{made.name}/{made.version} {name[1]}")
        return name

    def of(self, key: Key) -> tuple[Scorer, str] | None:
        """(scorer, rule) for a record; None where it cannot be judged."""
        name = self.name(key)
        return self.made[name] if name else None

    def problem(self, key: Key) -> Problem:
        place = (key.task, key.problem)
        if place not in self._problems:
            if len(self._problems) > KEPT_PROBLEMS:
                self._problems.clear()
            gold = self.gold[place]
            self._problems[place] = Problem(
                key.problem, gold.question, json.loads(gold.reference), json.loads(gold.metadata)
            )
        return self._problems[place]

    def judge(self, texts: list[Text]) -> Iterator[tuple[Text, Verdict]]:
        """Each text with its verdict; one `score_batch` per scorer."""
        groups: dict[tuple[str, str], list[Text]] = {}
        for text in texts:
            if text.error:
                yield text, Verdict.no_answer(f"the engine refused: {text.error}")
            else:
                groups.setdefault(text.judge, []).append(text)
        for name, group in groups.items():
            pairs = [(text.text, self.problem(text.key)) for text in group]
            yield from zip(group, self.made[name][0].score_batch(pairs), strict=True)
