"""Runs as columns of numbers: what selection needs to know of each record, without its texts.

About 40 bytes per record and one string per problem, whatever the responses' length.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from .arrays import mapped, mapped_pairs, numpy_ints
from .store import Run

OUTCOMES = ("unscored", "correct", "incorrect", "no_answer", "error")
_OUTCOME = {name: code for code, name in enumerate(OUTCOMES)}


@dataclass
class Frame:
    """Records of several runs, sorted by (task, problem, sample, run). All arrays have one length.

    `group[i]` indexes `groups`, the (task, problem) of the record; equal problems of several runs
    are one group. `outcome[i]` indexes OUTCOMES. `row[i]` is the position of the record in its
    run's table of responses. `rewritten[i]`: an accepted rewrite stands in for the response, and
    tokens and outcome are the rewrite's.
    """

    groups: list[tuple[str, str]]
    run: np.ndarray
    row: np.ndarray
    group: np.ndarray
    sample: np.ndarray
    tokens: np.ndarray
    outcome: np.ndarray
    finished: np.ndarray
    refused: np.ndarray
    rewritten: np.ndarray
    rewrite_failed: np.ndarray

    def __len__(self) -> int:
        return len(self.run)


@dataclass
class _Columns:
    run: array[int] = field(default_factory=lambda: array("i"))
    row: array[int] = field(default_factory=lambda: array("q"))
    group: array[int] = field(default_factory=lambda: array("q"))
    sample: array[int] = field(default_factory=lambda: array("i"))
    tokens: array[int] = field(default_factory=lambda: array("i"))
    finished: array[int] = field(default_factory=lambda: array("b"))
    refused: array[int] = field(default_factory=lambda: array("b"))


def frame(runs: Sequence[Run]) -> Frame:
    """The records of `runs` with their latest verdicts and rewrites."""
    codes: dict[tuple[str, str], int] = {}
    columns = _Columns()
    ends = []
    for number, run in enumerate(runs):
        _add_responses(columns, number, run, codes)
        ends.append(len(columns.run))
    size = len(columns.run)
    outcome = np.zeros((2, size), np.int8)  # of the response, of its rewrite
    rewritten = np.zeros(size, np.int8)  # 0 none, 1 accepted, 2 failed
    tokens = np.asarray(columns.tokens, np.int32)
    start = 0
    for run, end in zip(runs, ends, strict=True):
        places = _Places(columns, codes, start, end)
        _add_scores(run, places, outcome)
        _add_rewrites(run, places, rewritten, tokens)
        del places  # as large as all the rest
        start = end
    groups = list(codes)
    order = sorted(range(len(groups)), key=groups.__getitem__)
    rank = np.empty(len(groups), np.int64)
    rank[order] = np.arange(len(groups))
    group = rank[np.asarray(columns.group, np.int64)] if groups else np.zeros(0, np.int64)
    accepted = rewritten == 1
    found = Frame(
        groups=[groups[i] for i in order],
        run=np.asarray(columns.run, np.int32),
        row=np.asarray(columns.row, np.int64),
        group=group,
        sample=np.asarray(columns.sample, np.int32),
        tokens=tokens,
        outcome=np.where(accepted, outcome[1], outcome[0]),
        finished=np.asarray(columns.finished, np.int8).astype(bool),
        refused=np.asarray(columns.refused, np.int8).astype(bool),
        rewritten=accepted,
        rewrite_failed=rewritten == 2,
    )
    return take(found, np.lexsort((found.run, found.sample, found.group)))


def take(records: Frame, index: np.ndarray | slice) -> Frame:
    """The records at `index` (positions, a mask or a slice)."""
    arrays = {
        name: value[index] for name, value in vars(records).items() if isinstance(value, np.ndarray)
    }
    return Frame(groups=records.groups, **arrays)


def _add_responses(
    columns: _Columns, number: int, run: Run, codes: dict[tuple[str, str], int]
) -> None:
    names = ["task", "problem", "sample", "completion_tokens", "finish_reason", "error"]
    row = 0
    for batch in run.batches("responses", names, rows=65_536):
        tasks, problems, samples, tokens, finish, errors = batch.columns
        count = batch.num_rows
        group = mapped_pairs(tasks, problems, lambda key: codes.setdefault(key, len(codes)))
        columns.run.extend([number] * count)
        columns.row.extend(range(row, row + count))
        columns.group.frombytes(group.tobytes())
        columns.sample.frombytes(numpy_ints(samples).tobytes())
        columns.tokens.frombytes(numpy_ints(tokens).tobytes())
        finished = mapped(finish, lambda reason: reason != "length", np.int8)
        columns.finished.frombytes(finished.tobytes())
        columns.refused.frombytes(mapped(errors, bool, np.int8).tobytes())
        row += count


class _Places:
    """Where in the columns a run's records are, looked up many keys at a time."""

    def __init__(
        self, columns: _Columns, codes: dict[tuple[str, str], int], start: int, end: int
    ) -> None:
        self.codes = codes
        self.start = start
        group = np.asarray(columns.group, np.int64)[start:end]
        sample = np.asarray(columns.sample, np.int64)[start:end]
        self.keys = group << 20 | sample
        self.order = np.argsort(self.keys, kind="stable")
        self.sorted = self.keys[self.order]

    def of(self, batch: pa.RecordBatch) -> np.ndarray:
        """Positions in the columns of the records that the columns task, problem and sample name;
        -1 where the run has no such record."""
        get = self.codes.get
        group = mapped_pairs(batch["task"], batch["problem"], lambda key: get(key, -1))
        keys = group << 20 | numpy_ints(batch["sample"])
        at = np.searchsorted(self.sorted, keys)
        at[at == len(self.sorted)] = 0
        if not len(self.sorted):
            return np.full(len(keys), -1)
        return np.where(self.sorted[at] == keys, self.order[at] + self.start, -1)


def _add_scores(run: Run, places: _Places, outcome: np.ndarray) -> None:
    for batch in run.batches("scores", ["task", "problem", "sample", "of", "outcome"], 65_536):
        at = places.of(batch)
        which = mapped(batch["of"], lambda kind: kind == "rewrite", np.int8)
        codes = mapped(batch["outcome"], _OUTCOME.__getitem__, np.int8)
        known = at >= 0
        outcome[which[known], at[known]] = codes[known]  # of equal places the last one stays


def _add_rewrites(run: Run, places: _Places, rewritten: np.ndarray, tokens: np.ndarray) -> None:
    names = ["task", "problem", "sample", "accepted", "completion_tokens"]
    for batch in run.batches("rewrites", names, 65_536):
        accepted, counts = (column.to_pylist() for column in batch.columns[3:])
        for place, good, count in zip(places.of(batch), accepted, counts, strict=True):
            if place >= 0:
                rewritten[place] = 1 if good else 2
                if good and count:
                    tokens[place] = count
