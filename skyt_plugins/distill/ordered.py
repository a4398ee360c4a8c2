"""Sorting lines by rank with flat memory, through a file."""

from __future__ import annotations

import os
import tempfile
from array import array
from collections.abc import Iterable, Iterator
from pathlib import Path

BLOCK_BYTES = 1 << 20


def in_order(lines: Iterable[tuple[int, bytes]], count: int, place: Path) -> Iterator[bytes]:
    """The lines in the order of their ranks 0 … count − 1.

    They wait in a temporary file in the folder `place`; memory holds where each begins and how
    long it is.
    """
    begin, length = array("q", bytes(8 * count)), array("i", bytes(4 * count))
    end = 0
    with tempfile.TemporaryFile(dir=place, prefix=".sort-", buffering=BLOCK_BYTES) as file:
        for rank, line in lines:
            begin[rank], length[rank] = end, len(line)
            end += len(line)
            file.write(line)
        file.flush()
        for start, size in zip(begin, length, strict=True):
            yield os.pread(file.fileno(), size, start)
