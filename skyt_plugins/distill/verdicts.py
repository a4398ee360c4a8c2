"""Writing verdicts down: as they come, or many at once where they come fast."""

from __future__ import annotations

import time
from typing import Self

import pyarrow as pa

from .shards import SHARD_ROWS
from .store import Run

HELD_SECONDS = 1.0  # verdicts wait no longer than that for others to be written with
FAST_SECONDS = 0.1  # from one part to the next


class Verdicts:
    """Appends rows to the table `scores` of a run. Where parts follow each other fast, they are
    held to become a shard together, which costs a fifth of passing through the journal; where
    they do not, each is written at once. What is held is written at the end, whatever ended it.
    """

    def __init__(self, run: Run) -> None:
        self.run = run
        self.held: list[pa.RecordBatch] = []
        self.since = self.last = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._write()

    def add(self, rows: pa.RecordBatch) -> None:
        now = time.monotonic()
        if not self.held:
            self.since = now
        self.held.append(rows)
        slow = now - self.last > FAST_SECONDS or now - self.since > HELD_SECONDS
        if slow or sum(held.num_rows for held in self.held) >= SHARD_ROWS:
            self._write()
        self.last = now

    def _write(self) -> None:
        if self.held:
            self.run.append_table("scores", pa.Table.from_batches(self.held))
        self.held = []
