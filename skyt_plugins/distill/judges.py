"""Who judges what: the scorers of a run and the problems that they need."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from sys import intern
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from skyt_plugins.registry import get_scorer
from skyt_plugins.types import Problem, Scorer, Verdict

from .arrays import arrow_numbers, arrow_repeated, arrow_strings
from .parts import Judge, Judged, Place, Texts
from .record import SCHEMAS, Key, to_json
from .store import Run

KEPT_PROBLEMS = 16_384


class Gold(NamedTuple):
    """How to judge the responses to one problem; JSON texts are parsed when they are needed."""

    question: str
    reference: str
    metadata: str
    scorer: str
    options: str


def golds(run: Run) -> dict[Place, Gold]:
    """(task, problem) → how to judge it."""
    names = ["task", "problem", "question", "reference", "metadata", "scorer", "scorer_options"]
    found = {}
    for batch in run.batches("problems", names):
        for task, problem, question, reference, *rest in zip(
            *(column.to_pylist() for column in batch.columns), strict=True
        ):
            # What is the same for most problems is held once: a third of the memory.
            found[intern(task), problem] = Gold(question, reference, *map(intern, rest))
    return found


class Judges:
    """The scorers of a run, made once each, with the rule that each stands for."""

    def __init__(self, gold: Mapping[Place, Gold], scorer: str = "", options: str = "{}") -> None:
        self.gold = gold
        self.override = (scorer, options) if scorer else None
        self.made: dict[Judge, tuple[Scorer, str]] = {}
        self._problems: dict[Place, Problem] = {}

    def name(self, place: Place) -> Judge | None:
        """Who judges responses to a problem; None where nobody can. See `made`."""
        gold = self.gold.get(place)
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
        name = self.name((key.task, key.problem))
        return self.made[name] if name else None

    def problem(self, place: Place) -> Problem:
        if place not in self._problems:
            if len(self._problems) > KEPT_PROBLEMS:
                self._problems.clear()
            gold = self.gold[place]
            self._problems[place] = Problem(
                place[1], gold.question, json.loads(gold.reference), json.loads(gold.metadata)
            )
        return self._problems[place]

    def judge(self, texts: Texts) -> list[Verdict]:
        """One verdict for each of `texts`, in order, from one `score_batch`."""
        errors = texts.column("error")
        problems: list[Problem] = []

        def number(place: Place) -> int:
            problems.append(self.problem(place))
            return len(problems) - 1

        numbers = texts.by_place(number).tolist()
        pairs = [
            (text, problems[i])
            for text, i, error in zip(texts.column("text"), numbers, errors, strict=True)
            if not error
        ]
        judged = iter(self.made[texts.judge][0].score_batch(pairs))
        if len(pairs) == len(errors):
            return list(judged)
        return [
            Verdict.no_answer(f"the engine refused: {error}") if error else next(judged)
            for error in errors
        ]

    def judged(self, texts: Texts, verdicts: Sequence[Verdict], step: str) -> Judged:
        """The rows of table `scores`."""
        scorer, rule = self.made[texts.judge]
        outcomes = [str(verdict.outcome) for verdict in verdicts]
        columns = {
            **{name: texts.rows.column(name) for name in ("task", "problem", "sample")},
            "of": arrow_repeated(texts.of, len(texts)),
            "outcome": arrow_strings(outcomes),
            "value": arrow_numbers(np.array([verdict.value for verdict in verdicts], np.float64)),
            "answer": arrow_strings([verdict.answer for verdict in verdicts]),
            "reason": arrow_strings([verdict.reason for verdict in verdicts]),
            "details": arrow_strings(
                [to_json(dict(v.details)) if v.details else "{}" for v in verdicts]
            ),
            "scorer": arrow_repeated(scorer.name, len(texts)),
            "rule": arrow_repeated(rule, len(texts)),
            "step": arrow_repeated(step, len(texts)),
        }
        schema = SCHEMAS["scores"]
        arrays = [columns[name] for name in schema.names]
        return Judged(pa.RecordBatch.from_arrays(arrays, schema=schema), Counter(outcomes))
