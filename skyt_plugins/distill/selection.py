"""A selection read back: which records were chosen, and their texts, streamed run by run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from skyt_plugins.errors import SkytError

from .arrays import numpy_ints, taken
from .record import Key, Message, seed_of
from .store import Run


@dataclass(frozen=True, slots=True)
class Chosen:
    """Some chosen records with their texts, as columns of one length; `index` holds their places
    in the selection's order."""

    index: np.ndarray
    task: list[str]
    problem: list[str]
    messages: list[list[Message]]
    text: list[str]
    tokens: list[int]

    def __len__(self) -> int:
        return len(self.text)


@dataclass(frozen=True)
class Selection:
    """`table` holds one row per chosen record (schema `select.SELECTION`), sorted by (task,
    problem, sample); `about` is selection.json: runs, rules, funnel, count."""

    table: pa.Table
    about: dict[str, Any]
    runs: list[Run]

    @classmethod
    def read(cls, path: str | Path) -> Selection:
        """The selection in `path`, or the default one of the run `path`."""
        folder = Path(path)
        if not (folder / "selection.json").exists():
            folder = folder / "selection"
        try:
            about = json.loads((folder / "selection.json").read_text(encoding="utf-8"))
            table = pq.ParquetFile(folder / "selected.parquet").read()
        except FileNotFoundError:
            raise SkytError(f"no selection in {path}\nmake one with `skyt select {path}`") from None
        return cls(table, about, [Run.reading(run) for run in about["runs"]])

    def __len__(self) -> int:
        return int(self.table.num_rows)

    def texts(self) -> Iterator[Chosen]:
        """All chosen records, in the order of their runs' shards (not of the selection)."""
        numbers = numpy_ints(self.table["run"])
        rewritten = np.array(self.table["rewritten"].to_pylist(), bool)
        for number, run in enumerate(self.runs):
            mine = numbers == number
            yield from self._responses(run, np.flatnonzero(mine & ~rewritten))
            yield from self._rewrites(run, np.flatnonzero(mine & rewritten))

    def _responses(self, run: Run, index: np.ndarray) -> Iterator[Chosen]:
        rows = numpy_ints(self.table["row"])[index]
        order = np.argsort(rows, kind="stable")
        rows, index = rows[order], index[order]
        names = ["task", "problem", "messages", "response", "completion_tokens"]
        for part, picked in run.batches_at("responses", names, rows):
            yield _chosen(index[part], picked)

    def _rewrites(self, run: Run, index: np.ndarray) -> Iterator[Chosen]:
        if not len(index):
            return
        part = taken(self.table, index).select(["task", "problem", "sample"])
        wanted = dict(zip(_keys(part), index.tolist(), strict=True))
        last: dict[Key, int] = {}
        row = 0
        for batch in run.batches("rewrites", ["task", "problem", "sample"], 65_536):
            last.update((key, row + i) for i, key in enumerate(_keys(batch)) if key in wanted)
            row += batch.num_rows
        row = 0
        names = ["task", "problem", "sample", "messages", "text", "completion_tokens"]
        for batch in run.batches("rewrites", names):
            here = [i for i, key in enumerate(_keys(batch)) if last.get(key) == row + i]
            if here:
                picked = taken(batch, np.array(here))
                index = np.array([wanted[key] for key in _keys(picked)])
                yield _chosen(index, picked.select([n for n in names if n != "sample"]))
            row += batch.num_rows

    def ranks(self, shuffle: int | None) -> np.ndarray:
        """The place of each chosen record in an output shuffled with this seed; None: as it is."""
        if shuffle is None:
            return np.arange(len(self))
        draws = [seed_of(shuffle, *key) for key in _keys(self.table)]
        places = np.empty(len(self), np.int64)
        places[np.argsort(draws, kind="stable")] = np.arange(len(self))
        return places


def _keys(table: pa.Table | pa.RecordBatch) -> Iterator[Key]:
    columns = (table.column(name).to_pylist() for name in ("task", "problem", "sample"))
    return (Key(*values) for values in zip(*columns, strict=True))


def _chosen(index: np.ndarray, batch: pa.RecordBatch) -> Chosen:
    return Chosen(index, *(column.to_pylist() for column in batch.columns))
