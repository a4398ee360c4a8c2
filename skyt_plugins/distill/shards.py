"""An append-only table on disk that survives kill -9: JSON lines, sealed into Parquet shards.

    00000.parquet  sealed, complete, never touched again
    00001.jsonl    the journal: one line per record, written at once, read back after a crash

A batch of rows is one `write`. What a kill tears (half a line, half the choices of one request) is
recognised and cut off when the table is next opened for writing, and counted.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from skyt_plugins.errors import SkytError

from .tables import journal_tables

SHARD_ROWS = 20_000
SHARD_BYTES = 64 << 20
WHOLE_SHARD_ROWS = 4_096


class TableWriter:
    """Appends rows to one table. Only one process may hold it (see `store.Run`).

    `dropped` counts the half-written records that were cut off on opening.
    """

    def __init__(self, folder: Path, schema: pa.Schema, shard_rows: int = SHARD_ROWS) -> None:
        self.folder = folder
        self.schema = schema
        self.shard_rows = shard_rows
        self.dropped = 0
        self._fd = -1
        self._rows = self._bytes = self._number = 0
        self._sealing: list[Future[None]] = []
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="seal")
        self._lock = threading.Lock()
        folder.mkdir(parents=True, exist_ok=True)
        self._recover()

    def append(self, rows: Sequence[dict[str, Any]]) -> None:
        """Write `rows` in one call. Raises SkytError where the disk is full; then none is kept.

        Many rows at once become a shard of their own, without passing through a journal.
        """
        if not rows:
            return
        if len(rows) >= WHOLE_SHARD_ROWS:
            columns = {name: [row[name] for row in rows] for name in self.schema.names}
            self.append_table(pa.Table.from_pydict(columns, self.schema))
            return
        data = b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in rows)
        with self._lock:
            if self._fd < 0:
                self._open_journal()
            self._write(data)
            self._rows += len(rows)
            self._bytes += len(data)
            if self._rows >= self.shard_rows or self._bytes >= SHARD_BYTES:
                self._seal_current()

    def append_table(self, rows: pa.Table) -> None:
        """The same for rows that Arrow holds already."""
        if rows.num_rows < WHOLE_SHARD_ROWS:
            self.append(rows.to_pylist())
            return
        with self._lock:
            self._seal_current()
            path = self.folder / f"{self._number:05d}.jsonl"
            _write_shard([rows], self.schema, path)
            self._number += 1

    def _open_journal(self) -> None:
        path = self.folder / f"{self._number:05d}.jsonl"
        try:
            self._fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        except OSError as error:
            raise SkytError(f"cannot write to {self.folder}: {error.strerror}") from error

    def _write(self, data: bytes) -> None:
        view = memoryview(data)
        try:
            while view:
                view = view[os.write(self._fd, view) :]
        except OSError as error:
            os.ftruncate(self._fd, self._bytes)
            raise SkytError(
                f"cannot write to {self.folder}: {error.strerror}\n"
                "everything finished so far is safe; make room and run the same command again"
            ) from error

    def _seal_current(self) -> None:
        if self._fd < 0:
            return
        os.fsync(self._fd)
        os.close(self._fd)
        self._fd = -1
        path = self.folder / f"{self._number:05d}.jsonl"
        self._sealing = [future for future in self._sealing if not _settled(future)]
        self._sealing.append(self._pool.submit(seal, path, self.schema))
        self._number += 1
        self._rows = self._bytes = 0

    def close(self) -> None:
        """Seal what is left. Raises what sealing raised."""
        with self._lock:
            if self._rows:
                self._seal_current()
            elif self._fd >= 0:
                os.close(self._fd)
                self._fd = -1
        self._pool.shutdown(wait=True)
        for future in self._sealing:
            future.result()
        self._sealing = []

    def _recover(self) -> None:
        for leftover in self.folder.glob("*.tmp"):
            leftover.unlink()
        for sealed in self.folder.glob("*.parquet"):
            sealed.with_suffix(".jsonl").unlink(missing_ok=True)
        journals = sorted(self.folder.glob("*.jsonl"))
        for journal in journals:
            kept, dropped = _cut_torn_tail(journal)
            self.dropped += dropped
            if kept:
                seal(journal, self.schema)
            else:
                journal.unlink()
        numbers = [int(path.stem) for path in self.folder.glob("*.parquet")]
        self._number = max(numbers, default=-1) + 1


def _settled(future: Future[None]) -> bool:
    """True once done; raises what it raised."""
    if future.done():
        future.result()
        return True
    return False


def _cut_torn_tail(journal: Path) -> tuple[int, int]:
    """Truncate a journal after its last whole request; (records kept, records dropped)."""
    data = journal.read_bytes()
    end = 0
    kept: list[tuple[int, dict[str, Any]]] = []  # (start of the line, its record)
    while (newline := data.find(b"\n", end)) >= 0:
        try:
            record = json.loads(data[end:newline])
        except ValueError:
            break
        kept.append((end, record))
        end = newline + 1
    dropped = data.count(b"\n", end) + (0 if data.endswith(b"\n") or end == len(data) else 1)
    # The choices of one request stand next to each other: a torn request goes as a whole, so that
    # asking again with the same seed gives what an undisturbed run would have got.
    if kept and "choices" in kept[-1][1]:
        last = kept[-1][1]
        if last["choice"] + 1 < last["choices"]:
            cut = last["choice"] + 1
            end = kept[-cut][0]
            dropped += cut
            del kept[-cut:]
    if end < len(data):
        os.truncate(journal, end)
    return len(kept), dropped


def seal(journal: Path, schema: pa.Schema) -> None:
    """Turn a closed journal into a Parquet shard; a kill in between leaves the journal."""
    try:
        with open(journal, "rb") as file:
            _write_shard(journal_tables(file, schema), schema, journal)
    except FileNotFoundError as error:
        raise SkytError(f"{journal} has vanished: something else removed it") from error
    journal.unlink()


def _write_shard(tables: Iterable[pa.Table], schema: pa.Schema, journal: Path) -> None:
    """Write the Parquet shard that stands for `journal`, whole or not at all."""
    target = journal.with_suffix(".parquet")
    temporary = journal.with_suffix(".tmp")
    try:
        with open(temporary, "wb") as file:
            with pq.ParquetWriter(file, schema, compression="zstd", compression_level=1) as shard:
                for table in tables:
                    shard.write_table(table)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise SkytError(
            f"cannot seal {journal}: {error.strerror or error}\n"
            "its records are safe; make room and run the same command again"
        ) from error
    temporary.replace(target)
