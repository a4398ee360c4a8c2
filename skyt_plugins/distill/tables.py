"""Reading the tables that `shards` writes: Parquet shards, and the journal that is not one yet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.json
import pyarrow.parquet as pq

from skyt_plugins.errors import SkytError

BLOCK_BYTES = 8 << 20  # of a journal, parsed at once
# Batches that stay in the processor's cache are read several times as fast as large ones, whose
# memory comes fresh from the system each time.
BATCH_ROWS, BATCH_BYTES = 512, 2 << 20


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
    names = list(columns or schema.names)
    stems = sorted({path.stem for path in folder.glob("*.*") if path.suffix != ".tmp"})
    for stem in stems:
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
                        yield from table.select(names).to_batches(min(rows, fits))
                continue
        yield from parquet_batches(shard, names, rows)


def parquet_batches(
    path: Path, names: Sequence[str] | None, rows: int = BATCH_ROWS
) -> Iterator[pa.RecordBatch]:
    """Some columns (None: all) of a Parquet file. Raises SkytError where it cannot be read."""
    with _told_of_damage(path), pq.ParquetFile(path) as file:
        names = list(names or file.schema_arrow.names)
        fits = _rows_that_fit(file.metadata, names)
        yield from file.iter_batches(min(rows, fits), columns=names, use_threads=False)


@contextmanager
def _told_of_damage(path: Path) -> Iterator[None]:
    try:
        yield
    except (pa.ArrowException, OSError) as error:
        raise SkytError(
            f"{path} cannot be read: {' '.join(str(error).split())[:200]}\n"
            "it is damaged, or no Parquet file: get it again, or remove it"
        ) from error


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
        with _told_of_damage(path):
            total += pq.read_metadata(path).num_rows
    for path in folder.glob("*.jsonl"):
        if not path.with_suffix(".parquet").exists():
            total += path.read_bytes().count(b"\n")
    return total
