"""A selection read back: which records were chosen, and their texts, streamed run by run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
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
    """The texts of some chosen records, as columns of one length; `index` holds the records' places
    in the selection's order."""

    index: np.ndarray
    messages: list[list[Message]]
    text: list[str]

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

    def column(self, name: str) -> list[Any]:
        values: list[Any] = self.table[name].to_pylist()
        return values

    def parts(self, count: int) -> list[np.ndarray]:
        """The places of all chosen records in `count` parts, each of which stands together in the
        runs' shards. Rewrites, whose table is read whole, are all in the first."""
        numbers, rows, rewritten = self._places
        responses = np.flatnonzero(~rewritten)
        in_order = responses[np.lexsort((rows[responses], numbers[responses]))]
        first, *others = np.array_split(in_order, count)
        return [np.r_[first, np.flatnonzero(rewritten)], *others]

    def texts(self, places: np.ndarray) -> Iterator[Chosen]:
        """The chosen records at `places`, in the order of their runs' shards."""
        numbers, rows, rewritten = self._places
        for number, run in enumerate(self.runs):
            mine = places[numbers[places] == number]
            yield from self._responses(run, rows, mine[~rewritten[mine]])
            yield from self._rewrites(run, mine[rewritten[mine]])

    @cached_property
    def _places(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Of each chosen record its run, its row there, and whether its rewrite is meant."""
        run, row = (numpy_ints(self.table[name]) for name in ("run", "row"))
        return run, row, np.array(self.column("rewritten"), bool)

    def _responses(self, run: Run, rows: np.ndarray, index: np.ndarray) -> Iterator[Chosen]:
        index = index[np.argsort(rows[index], kind="stable")]
        names = ["messages", "response"]
        for part, picked in run.batches_at("responses", names, rows[index]):
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
        names = ["task", "problem", "sample", "messages", "text"]
        for batch in run.batches("rewrites", names):
            here = [i for i, key in enumerate(_keys(batch)) if last.get(key) == row + i]
            if here:
                picked = taken(batch, np.array(here))
                index = np.array([wanted[key] for key in _keys(picked)])
                yield _chosen(index, picked.select(["messages", "text"]))
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
