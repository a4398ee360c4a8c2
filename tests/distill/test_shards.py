"""The append-only table: what a kill tears is recognised, dropped and counted."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from pathlib import Path

import pyarrow as pa
import pytest

from skyt_plugins.distill import tables
from skyt_plugins.distill.shards import TableWriter
from skyt_plugins.distill.tables import batches, row_count
from skyt_plugins.errors import SkytError

from ..conftest import ROOT

SCHEMA = pa.schema(
    [("key", pa.string()), ("text", pa.string()), ("choice", pa.int32()), ("choices", pa.int32())]
)


def row(key: int, choice: int = 0, choices: int = 1, text: str = "é√\x00\n") -> dict[str, object]:
    return {"key": str(key), "text": text, "choice": choice, "choices": choices}


def keys(folder: Path) -> list[str]:
    return [key for batch in batches(folder, SCHEMA, ["key"]) for key in batch[0].to_pylist()]


def test_rows_come_back_in_the_order_written_across_shards(tmp_path: Path) -> None:
    writer = TableWriter(tmp_path, SCHEMA, shard_rows=7)
    for i in range(50):
        writer.append([row(i)])
    writer.close()
    assert keys(tmp_path) == [str(i) for i in range(50)]
    assert row_count(tmp_path, SCHEMA) == 50
    assert not list(tmp_path.glob("*.jsonl"))
    texts = {t for b in batches(tmp_path, SCHEMA, ["text"]) for t in b[0].to_pylist()}
    assert texts == {"é√\x00\n"}


@pytest.mark.parametrize("within", [(0, 1), (3, 9), (20, 21), (47, 60), (55, 70)])
def test_rows_of_some_positions_are_read_without_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, within: tuple[int, int]
) -> None:
    monkeypatch.setattr(tables, "BLOCK_BYTES", 300)  # of a journal: several row groups a shard
    writer = TableWriter(tmp_path, SCHEMA, shard_rows=20)
    for i in range(40):
        writer.append([row(i)])
    writer.close()
    TableWriter(tmp_path, SCHEMA).append([row(i) for i in range(40, 47)])
    found = list(tables.batches_within(tmp_path, SCHEMA, ["key"], within=range(*within)))
    for start, batch in found:
        assert batch[0].to_pylist() == [str(start + i) for i in range(batch.num_rows)]
    read = {start + i for start, batch in found for i in range(batch.num_rows)}
    assert read >= set(range(*within)) & set(range(47))
    assert len(read) <= 15  # whole row groups, and what is in the journal yet


def test_reading_needs_no_lock_and_leaves_out_a_line_being_written(tmp_path: Path) -> None:
    writer = TableWriter(tmp_path, SCHEMA)
    writer.append([row(0), row(1)])
    with open(tmp_path / "00000.jsonl", "ab") as file:
        file.write(b'{"key": "2", "te')
    assert keys(tmp_path) == ["0", "1"]


@pytest.mark.parametrize("cut", [1, 10, 30])
def test_a_torn_last_line_is_dropped_and_counted(tmp_path: Path, cut: int) -> None:
    journal = tmp_path / "00000.jsonl"
    lines = [json.dumps(row(i)).encode() + b"\n" for i in range(3)]
    journal.write_bytes(b"".join(lines)[:-cut])
    writer = TableWriter(tmp_path, SCHEMA)
    assert writer.dropped == 1
    writer.append([row(9)])
    writer.close()
    assert keys(tmp_path) == ["0", "1", "9"]


def test_zeros_after_a_power_failure_are_dropped(tmp_path: Path) -> None:
    (tmp_path / "00000.jsonl").write_bytes(json.dumps(row(0)).encode() + b"\n" + b"\0" * 4096)
    writer = TableWriter(tmp_path, SCHEMA)
    assert writer.dropped == 1
    writer.close()
    assert keys(tmp_path) == ["0"]


def test_a_torn_request_is_dropped_as_a_whole(tmp_path: Path) -> None:
    """Otherwise its missing choices would be asked for with another seed."""
    rows = [row(0), row(1, 0, 3), row(1, 1, 3)]  # the third choice never reached the disk
    (tmp_path / "00000.jsonl").write_bytes(
        b"".join(json.dumps(r).encode() + b"\n" for r in rows) + b'{"key": "1"'
    )
    writer = TableWriter(tmp_path, SCHEMA)
    assert writer.dropped == 3
    writer.close()
    assert keys(tmp_path) == ["0"]


def test_a_kill_between_seal_and_removal_of_the_journal_doubles_nothing(tmp_path: Path) -> None:
    writer = TableWriter(tmp_path, SCHEMA)
    writer.append([row(0), row(1)])
    journal = (tmp_path / "00000.jsonl").read_bytes()
    writer.close()
    (tmp_path / "00000.jsonl").write_bytes(journal)  # as if the unlink had not happened
    (tmp_path / "00001.tmp").write_bytes(b"PAR1")  # a seal that a kill interrupted
    assert keys(tmp_path) == ["0", "1"]
    writer = TableWriter(tmp_path, SCHEMA)
    writer.append([row(2)])
    writer.close()
    assert keys(tmp_path) == ["0", "1", "2"]
    assert not list(tmp_path.glob("*.tmp"))


def test_a_full_disk_keeps_what_was_written_and_says_so(tmp_path: Path) -> None:
    """A file size limit cuts the write short exactly as a full disk does."""
    code = f"""
        import resource, signal
        from pathlib import Path
        from skyt_plugins.distill.shards import TableWriter
        from skyt_plugins.errors import SkytError
        from tests.distill.test_shards import SCHEMA, row
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        writer = TableWriter(Path({str(tmp_path)!r}), SCHEMA)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, resource.RLIM_INFINITY))
        try:
            for i in range(100):
                writer.append([row(i)])
        except SkytError as error:
            print(i, error)
    """
    found = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    failed_at = int(found.stdout.split()[0])
    assert "is safe" in found.stdout
    assert keys(tmp_path) == [str(i) for i in range(failed_at)]
    writer = TableWriter(tmp_path, SCHEMA)
    assert writer.dropped == 0
    writer.close()
    assert keys(tmp_path) == [str(i) for i in range(failed_at)]


def test_nothing_is_written_where_nothing_is_appended(tmp_path: Path) -> None:
    writer = TableWriter(tmp_path / "t", SCHEMA)
    writer.append([])
    writer.close()
    assert list((tmp_path / "t").iterdir()) == []


def test_an_unwritable_folder_is_a_clear_error(tmp_path: Path) -> None:
    writer = TableWriter(tmp_path / "t", SCHEMA)
    (tmp_path / "t").rmdir()
    with pytest.raises(SkytError, match="cannot write"):
        writer.append([row(0)])
