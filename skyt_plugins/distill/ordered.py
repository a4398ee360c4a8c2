"""Sorting lines by rank with flat memory, through files."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Self

import numpy as np

from .forked import shared_zeros

BLOCK_BYTES = 256 << 10


class LinesByRank:
    """Lines of the ranks 0 … `count` − 1, added in any order and read in any other.

    They wait in temporary files in the folder `place`, one for each of the `writers`, which may be
    processes forked after this was made; memory holds where each line is and how long. A context
    manager: the files go at its end.
    """

    def __init__(self, count: int, place: Path, writers: int = 1) -> None:
        self.writer = shared_zeros(count, np.int16)
        self.begin = shared_zeros(count, np.int64)
        self.length = shared_zeros(count, np.int64)
        self.files = [
            tempfile.TemporaryFile(dir=place, prefix=".sort-", buffering=BLOCK_BYTES)  # noqa: SIM115
            for _ in range(writers)
        ]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for file in self.files:
            file.close()

    def add(self, ranks: np.ndarray, lines: Iterable[bytes], writer: int = 0) -> None:
        file = self.files[writer]
        start = file.tell()
        # One by one, as they are made: in a list of many they would leave the processor's cache.
        length = np.fromiter(map(file.write, lines), np.int64, len(ranks))
        self.begin[ranks] = start + np.cumsum(length) - length
        self.length[ranks] = length
        self.writer[ranks] = writer

    def flush(self, writer: int = 0) -> None:
        """To be called where a writer has added its last line, so that others can read it."""
        self.files[writer].flush()

    def read(self, ranks: np.ndarray) -> Iterator[bytes]:
        """The lines of `ranks`, which are all there, in this order; some at a time, joined."""
        writer, begin = self.writer[ranks], self.begin[ranks]
        end = begin + self.length[ranks]
        # Lines that stand next to each other, as those of one problem do, are read at once.
        apart = (begin[1:] != end[:-1]) | (begin[1:] // BLOCK_BYTES != begin[:-1] // BLOCK_BYTES)
        first = np.flatnonzero(np.r_[True, apart | (writer[1:] != writer[:-1])])[: len(begin)]
        last = np.r_[first[1:], len(begin)][: len(first)] - 1
        places = zip(writer[first].tolist(), begin[first].tolist(), end[last].tolist(), strict=True)
        files = [file.fileno() for file in self.files]
        waiting: list[bytes] = []
        size = 0
        for number, start, stop in places:
            waiting.append(os.pread(files[number], stop - start, start))
            size += stop - start
            if size >= BLOCK_BYTES:
                yield b"".join(waiting)
                waiting, size = [], 0
        if waiting:
            yield b"".join(waiting)
