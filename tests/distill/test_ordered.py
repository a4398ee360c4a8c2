"""Lines come back by rank, whatever the order in which they were added."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from skyt_plugins.distill import ordered
from skyt_plugins.distill.forked import in_parts
from skyt_plugins.distill.ordered import LinesByRank


@pytest.mark.parametrize("block", [2, 50, 1 << 20])
def test_lines_come_back_in_the_order_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: int
) -> None:
    monkeypatch.setattr(ordered, "BLOCK_BYTES", block)
    draw = random.Random(block)
    lines = [f"{i} {'é' * draw.randrange(30)}\n".encode() for i in range(100)]
    ranks = list(range(100))
    draw.shuffle(ranks)
    ranks[40:80] = sorted(ranks[40:80])  # some stand next to each other
    with LinesByRank(100, tmp_path, writers=2) as sorting:

        def write(writer: int) -> None:
            for start in range(7 * writer, 100, 14):
                some = ranks[start : start + 7]
                sorting.add(np.array(some), (lines[rank] for rank in some), writer)
            sorting.flush(writer)

        in_parts(write, 2)
        asked = (np.arange(100), np.arange(99, -1, -2), np.zeros(0, np.int64))
        for wanted in asked:
            found = b"".join(sorting.read(wanted))
            assert found == b"".join(lines[rank] for rank in wanted)
    assert list(tmp_path.iterdir()) == []
