"""Arrays cross between NumPy and Arrow unchanged, and pandas stays out."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from skyt_plugins.distill.arrays import (
    arrow_bools,
    arrow_numbers,
    arrow_repeated,
    arrow_strings,
    mapped,
    mapped_pairs,
    numpy_ints,
    packed,
    taken,
    unpacked,
)
from skyt_plugins.distill.score import score

from ..conftest import ROOT
from .scripted import Given, make_run


@pytest.mark.parametrize("size", [0, 1, 9])
def test_there_and_back(size: int) -> None:
    numbers = np.arange(size, dtype=np.int32) * -3
    assert arrow_numbers(numbers).to_pylist() == numbers.tolist()
    assert arrow_numbers(numbers[::2].astype(np.int64)).to_pylist() == numbers[::2].tolist()
    assert arrow_bools(numbers % 2 == 0).to_pylist() == (numbers % 2 == 0).tolist()
    texts = ["é" * i for i in range(size)]
    assert arrow_strings(texts).to_pylist() == texts
    column = pa.chunked_array([arrow_numbers(numbers), arrow_numbers(numbers).slice(1)])
    assert numpy_ints(column).tolist() == [*numbers.tolist(), *numbers[1:].tolist()]


def test_texts_may_be_missing_or_hold_what_utf8_lacks() -> None:
    assert arrow_strings(["a", None, "", "\ud800"]).to_pylist() == ["a", None, "", "?"]
    assert arrow_repeated("é", 3).to_pylist() == ["é"] * 3
    assert arrow_numbers(np.array([0.5, 1.0])).to_pylist() == [0.5, 1.0]


@pytest.mark.parametrize("start", [0, 2])
def test_a_function_of_a_column_is_called_once_for_equal_values(start: int) -> None:
    first = arrow_strings(["b", "a", "b", "a", "b"]).slice(start)
    second = arrow_strings(["x", "y", "x", "x", "y"]).slice(start)
    called: list[object] = []

    def number(value: object) -> int:
        called.append(value)
        return len(called)

    assert mapped(first, number, np.int8).tolist() == [1, 2, 1, 2, 1][: 5 - start]
    assert called == first.to_pylist()[:2]
    called.clear()
    numbers = mapped_pairs(first, second, number)
    pairs = list(zip(first.to_pylist(), second.to_pylist(), strict=True))
    assert [called[i - 1] for i in numbers] == pairs
    assert called == list(dict.fromkeys(pairs))
    nothing = first.slice(9)
    assert mapped(nothing, number, np.int8).tolist() == []
    assert mapped_pairs(nothing, nothing, number).tolist() == []


def test_a_slice_is_packed_without_the_whole() -> None:
    rows = pa.RecordBatch.from_arrays([arrow_strings(["text " * 9] * 999)], names=["text"])
    some = taken(rows.slice(10, 5), np.array([4, 0]))
    assert unpacked(packed(some), rows.schema).equals(some)
    assert packed(rows.slice(10, 2)).size < 1_000


def test_score_select_and_export_import_neither_pandas_nor_what_takes_long(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", [Given("a", "\\boxed{4}", 1), Given("b", "\\boxed{5}", 1)])
    score(run)
    code = """
import sys
from skyt_plugins.distill.export import export
from skyt_plugins.distill.score import score
from skyt_plugins.distill.rules import Rules
from skyt_plugins.distill.select import select
score(sys.argv[1], force=True)
select(sys.argv[1], rules=Rules(overlap="off"))
export(sys.argv[1], sys.argv[2])
sys.exit("pandas" in sys.modules or "pyarrow.compute" in sys.modules)
"""
    arguments = [sys.executable, "-c", code, str(run), str(tmp_path / "data")]
    assert subprocess.run(arguments, cwd=ROOT, check=False).returncode == 0
