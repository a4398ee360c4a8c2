"""Reading the tables that `shards` writes: Parquet shards, and the journal that is not one yet."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.json
import pyarrow.parquet as pq

from skyt_plugins.errors import SkytError

BLOCK_BYTES = 8 << 20  # of a journal, parsed at once
# Batches that stay in the processor's cache are read several times as fast as large ones, whose
# memory comes fresh from the system each time.
BATCH_ROWS, BATCH_BYTES = 1024, 2 << 20
EVERYWHERE = range(sys.maxsize)


def journal_tables(journal: BinaryIO, schema: pa.Schema) -> Iterator[pa.Table]:
    """A journal's whole lines, about BLOCK_BYTES at a time."""
    begun = False
    while not begun and (lines := journal.readlines(BLOCK_BYTES)):
        begun = not lines[-1].endswith(b"\n")  # by a writer who is at it
        data = b"".join(lines[:-1] if begun else lines)
        if data:
            yield pyarrow.json.read_json(
                pa.BufferReader(data),
                read_options=pyarrow.json.ReadOptions(use_threads=False, block_size=len(data) + 1),
                parse_options=pyarrow.json.ParseOptions(
                    explicit_schema=schema, unexpected_field_behavior="ignore"
                ),
            ).select(schema.names)


def batches(
    folder: Path, schema: pa.Schema, columns: Sequence[str] | None = None, rows: int = BATCH_ROWS
) -> Iterator[pa.RecordBatch]:
    """The rows of a table in the order in which they were written, at most `rows` at a time and
    fewer where rows are long.

    Needs no lock: a line that a writer has begun is left out.
    """
    return (batch for _, batch in batches_within(folder, schema, columns, rows))


def batches_within(
    folder: Path,
    schema: pa.Schema,
    columns: Sequence[str] | None = None,
    rows: int = BATCH_ROWS,
    within: range = EVERYWHERE,
) -> Iterator[tuple[int, pa.RecordBatch]]:
    """(position of the first row, rows) of the batches that have rows at the positions `within`,
    with perhaps others around them; the rest of a shard is not read."""
    names = list(columns or schema.names)
    stems = sorted({path.stem for path in folder.glob("*.*") if path.suffix != ".tmp"})
    start = 0
    for stem in stems:
        if start >= within.stop:
            return
        shard = folder / f"{stem}.parquet"
        if not shard.exists():
            try:
                journal = open(folder / f"{stem}.jsonl", "rb")  # noqa: SIM115
            except FileNotFoundError:
                pass  # sealed a moment ago
            else:
                with journal:
                    for table in journal_tables(journal, schema):
                        fits = max(1, BATCH_BYTES * table.num_rows // max(1, table.nbytes))
                        for batch in table.select(names).to_batches(min(rows, fits)):
                            yield start, batch
                            start += batch.num_rows
                continue
        with _opened(shard) as file:
            yield from _shard_batches(file, start, names, rows, within)
            start += file.metadata.num_rows


def parquet_batches(path: Path) -> Iterator[pa.RecordBatch]:
    """The rows of a Parquet file. Raises SkytError where it cannot be read."""
    with _opened(path) as file:
        names = file.schema_arrow.names
        for _, batch in _shard_batches(file, 0, names, BATCH_ROWS, EVERYWHERE):
            yield batch


@contextmanager
def _opened(path: Path) -> Iterator[pq.ParquetFile]:
    try:
        with pq.ParquetFile(path) as file:
            yield file
    except (pa.ArrowException, OSError) as error:
        raise SkytError(
            f"{path} cannot be read: {' '.join(str(error).split())[:200]}\n"
            "it is damaged, or no Parquet file: get it again, or remove it"
        ) from error


def _shard_batches(
    file: pq.ParquetFile, start: int, names: list[str], rows: int, within: range
) -> Iterator[tuple[int, pa.RecordBatch]]:
    """As `batches_within`, of a shard whose first row has the position `start`."""
    about = file.metadata
    ends = start + np.cumsum([about.row_group(i).num_rows for i in range(about.num_row_groups)])
    begins = np.r_[start, ends[:-1]]
    wanted = np.flatnonzero((ends > within.start) & (begins < within.stop)).tolist()
    if not wanted:
        return
    at = int(begins[wanted[0]])
    fits = min(rows, _rows_that_fit(about, names))
    for batch in file.iter_batches(fits, row_groups=wanted, columns=names, use_threads=False):
        yield at, batch
        at += batch.num_rows


def _rows_that_fit(about: pq.FileMetaData, names: Sequence[str]) -> int:
    """How many rows of these columns take about BATCH_BYTES, from the sizes in the footer."""
    size = 0
    for group in map(about.row_group, range(about.num_row_groups)):
        for column in map(group.column, range(group.num_columns)):
            if column.path_in_schema.split(".")[0] in names:
                size += column.total_uncompressed_size
    return max(1, BATCH_BYTES * about.num_rows // max(1, size))


def row_count(folder: Path, schema: pa.Schema) -> int:
    """How many rows a table holds; reads only the footers of sealed shards."""
    total = 0
    for path in folder.glob("*.parquet"):
        with _opened(path) as file:
            total += file.metadata.num_rows
    for path in folder.glob("*.jsonl"):
        if not path.with_suffix(".parquet").exists():
            total += path.read_bytes().count(b"\n")
    return total
