"""Arithmetic reasoning: sums of whole numbers, generated from a seed.

The train and the test side never share a problem: a checksum of the problem itself decides its
side, so this holds for every seed, size and level, and a sum and its mirror stay together.
"""

from __future__ import annotations

import random
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from skyt_plugins.types import Dataset, Problem, Sampling, Task

from ..prompts import BOXED_ANSWER


@dataclass(frozen=True)
class Level:
    """How long both summands may be, and whether a column before the first must carry into the
    next one, must not, or (None) may."""

    digits: tuple[int, ...]
    carries: bool | None = None
    train_rows: int = 4_000

    def __str__(self) -> str:
        text = f"{' or '.join(map(str, self.digits))} digits"
        return text + {None: "", True: " that carry", False: " that never carry"}[self.carries]


LEVELS: Mapping[str, Level] = {
    "arith": Level((2, 3)),
    "arith_hard": Level((3, 4)),
    "arith_plain": Level((2, 3), carries=False, train_rows=2_000),
    "arith_carry": Level((2, 3), carries=True, train_rows=2_000),
}
TEST_ROWS = 200
# One problem in ten belongs to the test side.
_TEST_SHARE = 10


def side_of(a: int, b: int) -> str:
    """`test` or `train`: where the problem a + b (or b + a) belongs."""
    low, high = sorted((a, b))
    return "train" if zlib.crc32(f"{low}+{high}".encode()) % _TEST_SHARE else "test"


def carries(a: int, b: int) -> bool:
    """Whether a column of a + b behind the first comes to ten or more."""
    power = 10
    while power <= max(a, b):
        if a % power + b % power >= power:
            return True
        power *= 10
    return False


def sums(side: str, level: Level, rows: int, seed: int) -> Iterator[dict[str, Any]]:
    """`rows` different problems of one side, the level's lengths taking turns."""
    rng = random.Random(seed)
    seen: set[tuple[int, int]] = set()
    while len(seen) < rows:
        length = level.digits[len(seen) % len(level.digits)]
        a, b = (rng.randrange(10 ** (length - 1), 10**length) for _ in range(2))
        pair = (min(a, b), max(a, b))
        if pair in seen or side_of(a, b) != side or level.carries not in (None, carries(a, b)):
            continue
        seen.add(pair)
        yield {"a": a, "b": b}


def arith_problem(row: Mapping[str, Any]) -> Problem:
    a, b = int(row["a"]), int(row["b"])
    return Problem(
        id=f"arith-{a}+{b}",
        question=f"What is {a} + {b}?",
        reference=str(a + b),
        metadata={"a": a, "b": b, "digits": len(str(a))},
    )


def _task(name: str, level: Level, side: str) -> Task:
    rows = TEST_ROWS if side == "test" else level.train_rows
    name = name if side == "test" else f"{name}_train"
    return Task(
        name=name,
        version="1",
        description=f"Sums of two numbers of {level}, {side} side",
        dataset=Dataset(
            f"skyt/{name}", split=side, generate=lambda: sums(side, level, rows, seed=41)
        ),
        rows=rows,
        problem=arith_problem,
        prompts=BOXED_ANSWER,
        scorer="math",
        sampling=Sampling(temperature=1.0, max_tokens=96, n=4),
        licence="Apache-2.0",
        for_training=side == "train",
    )


TASKS = tuple(
    _task(name, level, side) for name, level in LEVELS.items() for side in ("test", "train")
)
