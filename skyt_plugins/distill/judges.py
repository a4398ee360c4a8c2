"""Who judges what: the scorers of a run and the problems that they need."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from sys import intern
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.ipc

from skyt_plugins.registry import get_scorer
from skyt_plugins.types import Problem, Scorer, Verdict

from .arrays import arrow_ints
from .record import Key, clean, to_json
from .shards import json_lines
from .store import Run

KEPT_PROBLEMS = 16_384


class Gold(NamedTuple):
    """How to judge the responses to one problem; JSON texts are parsed when they are needed."""

    question: str
    reference: str
    metadata: str
    scorer: str
    options: str


Place = tuple[str, str]  # (task, problem)
Judge = tuple[str, str]  # (scorer, its options as JSON)


TEXTS = pa.schema(
    [
        ("task", pa.string()),
        ("problem", pa.string()),
        ("sample", pa.int32()),
        ("text", pa.string()),
        ("error", pa.string()),  # why the engine refused; "" otherwise
    ]
)


@dataclass(frozen=True, slots=True)
class Texts:
    """Texts for one judge: all responses, or all rewrites (`of`); `rows` has the schema TEXTS.

    They stay in Arrow's memory until they are judged: so they travel to another process as they
    are, and only there become Python strings.
    """

    judge: Judge
    of: str
    rows: pa.RecordBatch

    def __len__(self) -> int:
        return int(self.rows.num_rows)

    def __reduce__(self) -> tuple[Any, ...]:
        # Arrow's own pickle of a slice takes the whole along.
        return Texts.unpacked, (self.judge, self.of, self.packed().to_pybytes())

    def packed(self) -> pa.Buffer:
        """`rows` as bytes, for `unpacked`."""
        return self.rows.serialize()

    @classmethod
    def unpacked(cls, judge: Judge, of: str, rows: Any) -> Texts:
        """From what `packed` gave; reads that memory in place."""
        return cls(judge, of, pa.ipc.read_record_batch(pa.py_buffer(rows), TEXTS))

    def column(self, name: str) -> list[Any]:
        values: list[Any] = self.rows.column(name).to_pylist()
        return values

    def places(self) -> Iterator[Place]:
        return zip(self.column("task"), self.column("problem"), strict=True)

    def part(self, start: int, end: int) -> Texts:
        return Texts(self.judge, self.of, self.rows.slice(start, end - start))

    def picked(self, index: Sequence[int]) -> Texts:
        return Texts(self.judge, self.of, self.rows.take(arrow_ints(np.array(index, np.int64))))


class Judged(NamedTuple):
    """Rows of table `scores` as JSON lines, and how many of each outcome."""

    lines: bytes
    outcomes: Counter[str]


def parts(stream: Iterable[Texts], size: Callable[[Judge], int]) -> Iterator[Texts]:
    """The texts of `stream` in parts of at most `size(judge)`, asked anew for each part."""
    for texts in stream:
        start = 0
        while start < len(texts):
            end = start + size(texts.judge)
            yield texts.part(start, end)
            start = end


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
        pairs = [
            (text, self.problem(place))
            for text, place, error in zip(texts.column("text"), texts.places(), errors, strict=True)
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
        rows = (
            {
                "task": task,
                "problem": problem,
                "sample": sample,
                "of": texts.of,
                "outcome": verdict.outcome.value,
                "value": verdict.value,
                "answer": clean(verdict.answer),
                "reason": clean(verdict.reason),
                "details": clean(to_json(dict(verdict.details))) if verdict.details else "{}",
                "scorer": scorer.name,
                "rule": rule,
                "step": step,
            }
            for (task, problem), sample, verdict in zip(
                texts.places(), texts.column("sample"), verdicts, strict=True
            )
        )
        return Judged(json_lines(rows), Counter(verdict.outcome.value for verdict in verdicts))
