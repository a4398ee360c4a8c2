"""What passes between the driver and Ray's workers: Parquet files in one folder that all see.

requests/    what was open when the call began, one row per sample (written by the driver)
replies/     what the workers answered (written by Ray Data)
checkpoint/  the ids of what is in replies/ (written by Ray Data)
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from .base import Choice, Reply, Request
from .ray_replica import request_of, request_row

# Requests per file: one file is read by one task, so files spread the work over the nodes.
FILE_ROWS = 2_000
REQUESTS = pa.schema([("id", pa.string()), ("request", pa.string())])


@dataclass
class Open:
    """The samples that still want a reply, as bits per problem (as in `plan.Inventory`)."""

    samples: dict[tuple[str, str], int] = field(default_factory=dict)
    count: int = 0

    def add(self, task: str, problem: str, sample: int) -> None:
        self.samples[task, problem] = self.samples.get((task, problem), 0) | 1 << sample
        self.count += 1

    def has(self, task: str, problem: str, sample: int) -> bool:
        return bool(self.samples.get((task, problem), 0) >> sample & 1)

    def take(self, task: str, problem: str, sample: int) -> bool:
        """True, once, for a sample that is open."""
        if not self.has(task, problem, sample):
            return False
        self.samples[task, problem] &= ~(1 << sample)
        self.count -= 1
        return True


def write_requests(requests: Iterable[Request], folder: Path) -> Open:
    """Write one row per sample, FILE_ROWS a file; what an earlier call wrote is replaced."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    found = Open()
    rows: list[dict[str, str]] = []

    def flush() -> None:
        pq.write_table(pa.Table.from_pylist(rows, REQUESTS), folder / f"{found.count:09d}.parquet")
        rows.clear()

    for request in requests:
        for sample in request.samples:
            rows.append(request_row(request, sample))
            found.add(request.prompt.task, request.prompt.problem, sample)
            if len(rows) == FILE_ROWS:
                flush()
    if rows:
        flush()
    return found


def new_replies(folder: Path, read: set[Path], wanted: Open) -> Iterator[Reply]:
    """The replies in files not yet `read`, each wanted sample once, whatever is in the files.

    A file that is being written, or was left half-written by a death, is no Parquet: it is looked
    at again next time.
    """
    for path in sorted(folder.rglob("*.parquet")):
        if path in read:
            continue
        try:
            table = pq.read_table(path, columns=["request", "reply"])
        except (pa.ArrowInvalid, OSError):
            continue
        read.add(path)
        for batch in table.to_batches(max_chunksize=1_000):
            for row in batch.to_pylist():
                request = request_of(row["request"])
                if wanted.take(request.prompt.task, request.prompt.problem, request.samples[0]):
                    yield _reply(request, row)


def _reply(request: Request, row: Mapping[str, str]) -> Reply:
    found = json.loads(row["reply"])
    found["choices"] = [Choice(**choice) for choice in found["choices"]]
    return Reply(request, **found)


def write_checkpoint(requests: Path, folder: Path, wanted: Open) -> None:
    """Make Ray's checkpoint say what the replies say: done is what is no longer wanted.

    After a death the two may differ. The replies decide, so that nothing is taken for done that
    nobody has seen.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for path in sorted(requests.glob("*.parquet")):
        ids = pq.read_table(path, columns=["id"])
        keys = (json.loads(text) for text in ids["id"].to_pylist())
        done = ids.filter(pa.array([not wanted.has(*key) for key in keys]))
        if done.num_rows:
            pq.write_table(done, folder / path.name)
