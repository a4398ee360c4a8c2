"""The step `export`: a selection as training files, with a dataset card."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import numpy as np
import orjson

from skyt_plugins.errors import SkytError

from .dataset_card import dataset_card
from .formats import FORMATS, turns
from .ordered import in_order
from .progress import Progress
from .record import seed_of
from .selection import Selection
from .store import told_of_disk, write_whole

LINES_AT_ONCE = 256


@dataclass
class Exported:
    """Where the files are; per file the rows and the sha256; rows and tokens per task."""

    folder: Path
    rows: dict[str, int] = field(default_factory=dict)
    sha256: dict[str, str] = field(default_factory=dict)
    tasks: Counter[str] = field(default_factory=Counter)
    tokens: Counter[str] = field(default_factory=Counter)


def export(
    selection: str | Path,
    out: str | Path,
    *,
    format: str = "messages",
    system: str | None = None,
    validation: float = 0.0,
    shuffle: int | None = None,
) -> Exported:
    """Write the records of a selection (a run folder means its default one) to the folder `out`.

    Files: train.jsonl; validation.jsonl where `validation`, a share of the problems, is above 0 (no
    problem is in both); README.md, the dataset card. `system` takes the place of the system turns
    that were sent, "" removes them. `shuffle` is a seed; without it rows stand in the order of
    (task, problem, sample). Raises SkytError for an unknown format or where there is no selection.
    """
    if format not in FORMATS:
        raise SkytError(f"format is {format!r}; it must be one of {', '.join(FORMATS)}")
    if not 0 <= validation < 1:
        raise SkytError(f"validation is {validation}; it is a share from 0 to below 1")
    chosen = Selection.read(selection)
    if not len(chosen):
        raise SkytError(f"the selection in {selection} is empty: there is nothing to export")
    done = Exported(Path(out))
    _claim(done.folder)
    held_out = np.zeros(len(chosen), bool)  # by rank
    with (
        Progress("export", "rows", len(chosen)) as progress,
        told_of_disk(done.folder),
        _Files(done) as files,
    ):
        lines = _lines(chosen, done, format, system, validation, shuffle, held_out)
        for rank, line in enumerate(in_order(lines, len(chosen), done.folder)):
            files.write("validation.jsonl" if held_out[rank] else "train.jsonl", line)
            progress.advance(1)
    settings = {"format": format, "system": system, "validation": validation, "shuffle": shuffle}
    write_whole(done.folder / "README.md", dataset_card(done, chosen, settings))
    return done


def _claim(folder: Path) -> None:
    """An export may replace an export, nothing else."""
    if folder.is_dir() and any(folder.iterdir()) and not (folder / "README.md").exists():
        raise SkytError(f"{folder} is not empty and holds no export\nname a new folder with --out")
    with told_of_disk(folder):
        folder.mkdir(parents=True, exist_ok=True)


def _lines(
    chosen: Selection,
    done: Exported,
    format: str,
    system: str | None,
    validation: float,
    shuffle: int | None,
    held_out: np.ndarray,
) -> Iterator[tuple[int, bytes]]:
    """(rank, line) in any order; marks in `held_out` the ranks of the validation part."""
    shape = FORMATS[format]
    ranks = chosen.ranks(shuffle).tolist()
    for record in chosen.texts():
        rank = ranks[record.index]
        row = shape(turns(record.messages, system), record.text)
        if validation and is_held_out(record.key.task, record.key.problem, validation):
            held_out[rank] = True
        done.tasks[record.key.task] += 1
        done.tokens[record.key.task] += record.tokens
        yield rank, orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE)


def is_held_out(task: str, problem: str, share: float) -> bool:
    """Whether a problem belongs to the validation part; the same in every export."""
    return seed_of(0, task, problem, 0) < share * (1 << 31)


class _Files:
    """train.jsonl and validation.jsonl, put in place together once both are complete."""

    def __init__(self, done: Exported) -> None:
        self.done = done
        self.open: dict[str, BinaryIO] = {}
        self.waiting: dict[str, list[bytes]] = {}
        self.hashes = {"train.jsonl": hashlib.sha256(), "validation.jsonl": hashlib.sha256()}

    def write(self, name: str, line: bytes) -> None:
        waiting = self.waiting.setdefault(name, [])
        waiting.append(line)
        if len(waiting) >= LINES_AT_ONCE:
            self._write_out(name)

    def _write_out(self, name: str) -> None:
        lines = self.waiting.pop(name)
        data = b"".join(lines)
        if name not in self.open:
            self.open[name] = open(self.done.folder / f".{name}", "wb")  # noqa: SIM115
        self.open[name].write(data)
        self.hashes[name].update(data)
        self.done.rows[name] = self.done.rows.get(name, 0) + len(lines)

    def __enter__(self) -> _Files:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        try:
            if error is None:
                for name in list(self.waiting):
                    self._write_out(name)
            for file in self.open.values():
                file.close()
            if error is None:
                self._put_in_place()
        finally:
            for name in self.hashes:
                (self.done.folder / f".{name}").unlink(missing_ok=True)

    def _put_in_place(self) -> None:
        for name, digest in self.hashes.items():
            if name in self.open:
                (self.done.folder / f".{name}").replace(self.done.folder / name)
                self.done.sha256[name] = digest.hexdigest()
            else:
                (self.done.folder / name).unlink(missing_ok=True)
