"""Sorting lines by rank with flat memory, through a file."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Self

import numpy as np

BLOCK_BYTES = 256 << 10


class LinesByRank:
    """Lines of the ranks 0 … `count` − 1, added in any order and read in any other.

    They wait in a temporary file in the folder `place`; memory holds where each begins and how
    long it is. A context manager: the file goes at its end.
    """

    def __init__(self, count: int, place: Path) -> None:
        self.begin = np.zeros(count, np.int64)
        self.length = np.zeros(count, np.int64)
        self.end = 0
        self.file = tempfile.TemporaryFile(dir=place, prefix=".sort-", buffering=BLOCK_BYTES)  # noqa: SIM115

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()

    def add(self, ranks: np.ndarray, lines: Iterable[bytes]) -> None:
        # One by one, as they are made: in a list of many they would leave the processor's cache.
        length = np.fromiter(map(self.file.write, lines), np.int64, len(ranks))
        ends = self.end + np.cumsum(length)
        self.begin[ranks], self.length[ranks] = ends - length, length
        self.end = int(ends[-1])

    def read(self, ranks: np.ndarray) -> Iterator[bytes]:
        """The lines of `ranks`, which are all there, in this order; some at a time, joined."""
        self.file.flush()
        begin = self.begin[ranks]
        end = begin + self.length[ranks]
        # Lines that stand next to each other, as those of one problem do, are read at once.
        apart = (begin[1:] != end[:-1]) | (begin[1:] // BLOCK_BYTES != begin[:-1] // BLOCK_BYTES)
        first = np.flatnonzero(np.r_[True, apart])[: len(begin)]
        last = np.r_[first[1:], len(begin)][: len(first)] - 1
        waiting: list[bytes] = []
        size = 0
        for start, stop in zip(begin[first].tolist(), end[last].tolist(), strict=True):
            waiting.append(os.pread(self.file.fileno(), stop - start, start))
            size += stop - start
            if size >= BLOCK_BYTES:
                yield b"".join(waiting)
                waiting, size = [], 0
        if waiting:
            yield b"".join(waiting)
