"""The step `export`: a selection as training files, with a dataset card."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import orjson

from skyt_plugins.errors import SkytError

from .dataset_card import dataset_card
from .forked import in_parts, part_count, shared_zeros
from .formats import FORMATS, Shape, turns
from .ordered import LinesByRank
from .progress import Progress
from .record import seed_of
from .selection import Chosen, Selection
from .store import told_of_disk, write_whole


@dataclass
class Exported:
    """Where the files are; per file the rows and the sha256; rows and tokens per task."""

    folder: Path
    rows: dict[str, int] = field(default_factory=dict)
    sha256: dict[str, str] = field(default_factory=dict)
    tasks: Counter[str] = field(default_factory=Counter)
    tokens: Counter[str] = field(default_factory=Counter)

    def count(self, chosen: Selection) -> None:
        for task, tokens in zip(*(chosen.column(name) for name in ("task", "tokens")), strict=True):
            self.tasks[task] += 1
            self.tokens[task] += tokens


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
    done.count(chosen)
    _claim(done.folder)
    ranks = chosen.ranks(shuffle)
    held_out = np.zeros(len(chosen), bool)
    if validation:
        held_out[ranks] = [
            is_held_out(task, problem, validation)
            for task, problem in zip(chosen.column("task"), chosen.column("problem"), strict=True)
        ]
    parts = chosen.parts(part_count(len(chosen)))
    with (
        Progress("export", "rows", len(chosen)) as progress,
        told_of_disk(done.folder),
        LinesByRank(len(chosen), done.folder, len(parts)) as lines,
    ):
        made = shared_zeros(len(parts), np.int64)

        def make(number: int) -> None:
            """The lines of a part."""
            for some in chosen.texts(parts[number]):
                lines.add(ranks[some.index], _lines(some, FORMATS[format], system), number)
                made[number] += len(some)
                if number == 0:
                    progress.advance(int(made.sum()) - progress.done)
            lines.flush(number)

        in_parts(make, len(parts))
        with _Files(done) as files:
            for name, mask in (("train.jsonl", ~held_out), ("validation.jsonl", held_out)):
                files.write(name, int(mask.sum()), lines.read(np.flatnonzero(mask)))
    settings = {"format": format, "system": system, "validation": validation, "shuffle": shuffle}
    write_whole(done.folder / "README.md", dataset_card(done, chosen, settings))
    return done


def _claim(folder: Path) -> None:
    """An export may replace an export, nothing else."""
    if folder.is_dir() and any(folder.iterdir()) and not (folder / "README.md").exists():
        raise SkytError(f"{folder} is not empty and holds no export\nname a new folder with --out")
    with told_of_disk(folder):
        folder.mkdir(parents=True, exist_ok=True)


def _lines(some: Chosen, shape: Shape, system: str | None) -> Iterator[bytes]:
    for messages, text in zip(some.messages, some.text, strict=True):
        row = shape(turns(messages, system), text)
        yield orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE)


def is_held_out(task: str, problem: str, share: float) -> bool:
    """Whether a problem belongs to the validation part; the same in every export."""
    return seed_of(0, task, problem, 0) < share * (1 << 31)


class _Files:
    """train.jsonl and validation.jsonl, put in place together once both are complete."""

    names = ("train.jsonl", "validation.jsonl")

    def __init__(self, done: Exported) -> None:
        self.done = done

    def write(self, name: str, rows: int, blocks: Iterable[bytes]) -> None:
        """Write a file of so many rows; none where there are no rows."""
        if not rows:
            return
        digest = hashlib.sha256()
        # Hashing and writing leave the interpreter alone: the next block is read meanwhile.
        with open(self.done.folder / f".{name}", "wb") as file, ThreadPoolExecutor(1) as pool:
            under_way: list[Future[object]] = []
            for data in blocks:
                for before in under_way:
                    before.result()
                under_way = [pool.submit(digest.update, data), pool.submit(file.write, data)]
            for before in under_way:
                before.result()
        self.done.rows[name] = rows
        self.done.sha256[name] = digest.hexdigest()

    def __enter__(self) -> _Files:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        try:
            for name in self.names if error is None else ():
                if name in self.done.rows:
                    (self.done.folder / f".{name}").replace(self.done.folder / name)
                else:
                    (self.done.folder / name).unlink(missing_ok=True)
        finally:
            for name in self.names:
                (self.done.folder / f".{name}").unlink(missing_ok=True)
