"""What judging takes and what it gives: texts and verdicts as columns in Arrow's memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from .arrays import mapped_pairs, packed, taken, unpacked
from .record import SCHEMAS

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
        return _texts, (self.judge, self.of, packed(self.rows).to_pybytes())

    def column(self, name: str) -> list[Any]:
        values: list[Any] = self.rows.column(name).to_pylist()
        return values

    def first_place(self) -> Place:
        return tuple(self.rows.column(name)[0].as_py() for name in ("task", "problem"))

    def places(self) -> Iterator[Place]:
        return zip(self.column("task"), self.column("problem"), strict=True)

    def by_place(self, function: Callable[[Place], int]) -> np.ndarray:
        """`function` of each row's place, called once for equal places."""
        return mapped_pairs(self.rows.column("task"), self.rows.column("problem"), function)

    def part(self, start: int, end: int) -> Texts:
        return Texts(self.judge, self.of, self.rows.slice(start, end - start))

    def picked(self, index: np.ndarray) -> Texts:
        return Texts(self.judge, self.of, taken(self.rows, index))


def _texts(judge: Judge, of: str, data: bytes) -> Texts:
    return Texts(judge, of, unpacked(data, TEXTS))


@dataclass(frozen=True, slots=True)
class Judged:
    """Rows of table `scores`, and how many of each outcome."""

    rows: pa.RecordBatch
    outcomes: Counter[str]

    def __reduce__(self) -> tuple[Any, ...]:
        return _judged, (packed(self.rows).to_pybytes(), self.outcomes)


def _judged(data: bytes, outcomes: Counter[str]) -> Judged:
    return Judged(unpacked(data, SCHEMAS["scores"]), outcomes)


def parts(stream: Iterable[Texts], size: Callable[[Judge], int]) -> Iterator[Texts]:
    """The texts of `stream` in parts of at most `size(judge)`, asked anew for each part."""
    for texts in stream:
        start = 0
        while start < len(texts):
            end = start + size(texts.judge)
            yield texts.part(start, end)
            start = end
