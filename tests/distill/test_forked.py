"""Parts of one work in several processes: results, what goes wrong, and the steps that use it."""

from __future__ import annotations

import errno
import os
import threading
from pathlib import Path

import pytest

from skyt_plugins.distill import forked
from skyt_plugins.distill.export import Exported, export
from skyt_plugins.distill.forked import in_parts, part_count, shared_zeros
from skyt_plugins.distill.rewrite import rewrite
from skyt_plugins.distill.rules import Rules
from skyt_plugins.distill.score import score
from skyt_plugins.distill.select import select
from skyt_plugins.errors import SkytError

from .scripted import Given, make_run

THREE = [0, 1, 2]


def test_results_come_in_order_from_processes_of_their_own() -> None:
    squares = shared_zeros(3, "int64")

    def work(number: int) -> tuple[int, int]:
        squares[number] = number * number
        return number, os.getpid()

    numbers, processes = zip(*in_parts(work, 3), strict=True)
    assert list(numbers) == THREE
    assert processes[0] == os.getpid()
    assert len(set(processes)) == 3
    assert squares.tolist() == [0, 1, 4]


@pytest.mark.parametrize("where", THREE)
def test_what_a_part_raises_is_raised(where: int) -> None:
    def work(number: int) -> None:
        if number == where:
            raise OSError(errno.ENOSPC, "full")

    with pytest.raises(OSError, match="full") as told:
        in_parts(work, 3)
    assert told.value.errno == errno.ENOSPC


def test_a_process_that_dies_is_told() -> None:
    with pytest.raises(SkytError, match="has died"):
        in_parts(lambda number: os._exit(9) if number else None, 2)


def test_nothing_is_forked_beside_a_thread_or_for_a_few_texts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(forked, "cores", lambda: 4)
    monkeypatch.setattr(threading, "active_count", lambda: 1)
    assert [part_count(n) for n in (0, 4095, 8192, 10**6)] == [1, 1, 2, 4]
    monkeypatch.setattr(threading, "active_count", lambda: 2)
    assert part_count(10**6) == 1


def test_several_processes_choose_and_write_what_one_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    thought = "<think>\nTwo and two.\n</think>\n\nSo \\boxed{4}"
    runs = []
    for name in ("one", "two"):
        texts = [f"It is \\boxed{{4}} {i // 13 % 3} {name}" for i in range(60)]
        given = [Given(f"{name}{i % 13}", text, 1 + i % 3) for i, text in enumerate(texts)]
        runs.append(make_run(tmp_path / name, [Given(f"{name} t", thought, 9), *given]))
        rewrite(runs[-1], rule=True)
        score(runs[-1])

    def made(folder: Path) -> Exported:
        funnel = select(runs, folder, Rules(per_problem=3, overlap="off")).stages
        assert funnel[-2]["fell"] == {"said before": 42}
        return export(folder, folder / "data", validation=0.3, shuffle=5)

    monkeypatch.setattr(threading, "active_count", lambda: 1)  # whatever ran before this test
    alone = made(tmp_path / "alone")
    monkeypatch.setattr(forked, "cores", lambda: 3)
    monkeypatch.setattr(forked, "PART_ROWS", 4)
    several = made(tmp_path / "several")
    assert several.sha256 == alone.sha256
    assert len(alone.rows) == 2
    assert several.rows == alone.rows
    assert several.tokens == alone.tokens
