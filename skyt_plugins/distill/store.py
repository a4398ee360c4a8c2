"""A run: one folder that holds everything about a set of records.

run.json       what this folder is (written once)
steps.jsonl    every step taken: configuration, command, counts (appended)
problems/ responses/ rewrites/ scores/ labels/   append-only tables (see `shards` and `tables`)
CARD.md        the above for a person (derived, rewritten after each step)
.lock          held by the one process that may write
"""

from __future__ import annotations

import fcntl
import json
import os
import socket
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import pyarrow as pa

from skyt_plugins.errors import SkytError

from . import shards, tables
from .arrays import taken
from .record import SCHEMAS, digest, to_json

FORMAT = 1


class Run:
    """A run folder, opened for reading or, as a context manager, for writing.

    >>> with Run.writing("out/run") as run:      # refuses where another process writes
    ...     run.append("responses", rows)
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        self._writers: dict[str, shards.TableWriter] = {}
        self._lock_fd = -1

    @classmethod
    def reading(cls, folder: str | Path) -> Run:
        """An existing run. Raises SkytError where `folder` holds none."""
        run = cls(folder)
        run._check_format()
        return run

    @classmethod
    def writing(cls, folder: str | Path, create: bool = False) -> Run:
        """A run to append to. Raises SkytError where there is none (and not `create`) or where
        another process is writing to it."""
        run = cls(folder)
        if create and not (run.folder / "run.json").exists():
            run._create()
        run._check_format()
        run._acquire()
        return run

    def _create(self) -> None:
        if self.folder.is_file():
            raise SkytError(f"{self.folder} is a file\nname a new folder with --out")
        if self.folder.exists() and any(p.name != ".lock" for p in self.folder.iterdir()):
            raise SkytError(
                f"{self.folder} is not empty and holds no run\nname a new folder with --out"
            )
        from skyt_plugins import __version__

        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise SkytError(f"cannot create {self.folder}: {error.strerror}") from error
        write_whole(
            self.folder / "run.json",
            json.dumps({"format": FORMAT, "skyt": __version__, "created": _now()}, indent=1),
        )

    def _check_format(self) -> None:
        path = self.folder / "run.json"
        try:
            found = json.loads(path.read_text())["format"]
        except FileNotFoundError:
            raise SkytError(
                f"no run in {self.folder} (run.json is missing)\n"
                "make one with `skyt generate` or `skyt import`"
            ) from None
        except (ValueError, KeyError, TypeError, OSError) as error:
            raise SkytError(f"{path} cannot be read: {error}") from error
        if found != FORMAT:
            raise SkytError(f"{self.folder} has run format {found}; this skyt reads {FORMAT}")

    def _acquire(self) -> None:
        fd = os.open(self.folder / ".lock", os.O_RDWR | os.O_CREAT, 0o644)
        try:
            # The kernel drops the lock when the process dies, however it dies.
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = os.read(fd, 200).decode(errors="replace").strip() or "another process"
            os.close(fd)
            raise SkytError(
                f"{self.folder} is being written by {holder}\nwait for it to end, or stop it"
            ) from None
        os.ftruncate(fd, 0)
        os.write(fd, f"process {os.getpid()} on {socket.gethostname()}".encode())
        self._lock_fd = fd

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            for writer in self._writers.values():
                writer.close()
        except SkytError:
            if error is None:
                raise
        finally:
            self._writers = {}
            if self._lock_fd >= 0:
                os.close(self._lock_fd)
                self._lock_fd = -1

    # Tables

    def writer(self, table: str) -> shards.TableWriter:
        """The table's writer; opening it cuts off what a crash left half-written."""
        if self._lock_fd < 0:
            raise RuntimeError(f"{self.folder} is open for reading only")
        if table not in self._writers:
            self._writers[table] = shards.TableWriter(self.folder / table, SCHEMAS[table])
        return self._writers[table]

    def append(self, table: str, rows: Sequence[dict[str, Any]]) -> None:
        self.writer(table).append(rows)

    def append_table(self, table: str, rows: pa.Table) -> None:
        self.writer(table).append_table(rows)

    def let_go(self) -> None:
        """In a forked child: the lock stays the parent's alone and goes when the parent dies."""
        os.close(self._lock_fd)

    def batches(
        self, table: str, columns: Sequence[str] | None = None, rows: int = tables.BATCH_ROWS
    ) -> Iterator[pa.RecordBatch]:
        """The table's rows in the order written, as Arrow batches; empty where there are none."""
        return tables.batches(self.folder / table, SCHEMAS[table], columns, rows)

    def batches_at(
        self, table: str, columns: Sequence[str], rows: np.ndarray
    ) -> Iterator[tuple[slice, pa.RecordBatch]]:
        """The rows at the positions `rows` (ascending), some at a time: (which of `rows`, they)."""
        if not len(rows):
            return
        at = 0
        for start, batch in tables.batches_within(
            self.folder / table,
            SCHEMAS[table],
            columns,
            within=range(int(rows[0]), int(rows[-1]) + 1),
        ):
            end = int(np.searchsorted(rows, start + batch.num_rows, side="left"))
            if end > at:
                yield slice(at, end), taken(batch, rows[at:end] - start)
            at = end

    def rows(self, table: str, columns: Sequence[str] | None = None) -> Iterator[dict[str, Any]]:
        """The table's rows as dictionaries, streamed."""
        for batch in self.batches(table, columns):
            yield from batch.to_pylist()

    def count(self, table: str) -> int:
        return tables.row_count(self.folder / table, SCHEMAS[table])

    # Steps

    def begin_step(self, kind: str, config: Mapping[str, Any]) -> str:
        """Record that a step begins; its id, the same for the same configuration."""
        step = step_id(kind, config)
        self._note({"event": "begin", "step": step, "kind": kind, "config": dict(config)})
        return step

    def end_step(self, step: str, counts: Mapping[str, Any]) -> None:
        """Record that a step is done, with its counts, and refresh the run card."""
        self._note({"event": "end", "step": step, "counts": dict(counts)})
        from .card import run_card

        write_whole(self.folder / "CARD.md", run_card(self))

    def _note(self, event: dict[str, Any]) -> None:
        event = {**event, "at": _now(), "command": " ".join(sys.argv), "pid": os.getpid()}
        with told_of_disk(self.folder), open(self.folder / "steps.jsonl", "a+b") as file:
            # A kill may have left half a line: it must not swallow this one.
            if file.tell() > 0:
                file.seek(-1, os.SEEK_END)
                if file.read(1) != b"\n":
                    file.write(b"\n")
            file.write(to_json(event).encode() + b"\n")

    def steps(self) -> list[dict[str, Any]]:
        """The events of steps.jsonl, oldest first; a torn line is left out."""
        path = self.folder / "steps.jsonl"
        events = []
        for line in path.read_bytes().splitlines() if path.exists() else []:
            try:
                events.append(json.loads(line))
            except ValueError:
                continue
        return events

    def config_of(self, kind: str) -> list[dict[str, Any]]:
        """The configurations with which steps of this kind have begun."""
        return [e["config"] for e in self.steps() if e.get("kind") == kind]


def step_id(kind: str, config: Mapping[str, Any]) -> str:
    """The id of a step: equal configurations, equal ids."""
    return f"{kind}-{digest(dict(config), 4)}"


@contextmanager
def told_of_disk(folder: Path) -> Iterator[None]:
    """Around writing to `folder`: a disk that is full or read-only is a SkytError."""
    try:
        yield
    except OSError as error:
        why = os.strerror(error.errno) if error.errno else str(error)
        raise SkytError(
            f"cannot write to {folder}: {why}\nmake room and run the same command again"
        ) from error


def write_whole(path: Path, text: str) -> None:
    """Replace a small file in one step: a reader sees the old text or the new, never a part."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise SkytError(f"cannot write {path}: {error.strerror}") from error


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
