"""Arrays cross between NumPy and Arrow unchanged, and pandas stays out."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from skyt_plugins.distill.arrays import arrow_bools, arrow_numbers, arrow_strings, numpy_ints
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


def test_score_select_and_export_do_not_import_pandas(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", [Given("a", "\\boxed{4}", 1), Given("b", "\\boxed{5}", 1)])
    score(run)
    code = """
import sys
from skyt_plugins.distill.export import export
from skyt_plugins.distill.score import score
from skyt_plugins.distill.select import Rules, select
score(sys.argv[1], force=True)
select(sys.argv[1], rules=Rules(overlap="off"))
export(sys.argv[1], sys.argv[2])
sys.exit("pandas" in sys.modules)
"""
    arguments = [sys.executable, "-c", code, str(run), str(tmp_path / "data")]
    assert subprocess.run(arguments, cwd=ROOT, check=False).returncode == 0
