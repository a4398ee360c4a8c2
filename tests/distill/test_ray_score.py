"""Scoring as Ray tasks: the same verdicts as in one process."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("ray")

from skyt_plugins.distill import ray_score
from skyt_plugins.distill.score import score
from skyt_plugins.distill.store import Run

from .scripted import Given, make_run

ANSWERS = ("\\boxed{4}", "It is \\boxed{\\frac{8}{2}}", "\\boxed{5}", "no box", "")


def scores(run: Path) -> list[dict[str, Any]]:
    """All verdicts, in order; without the seconds that programs took."""
    rows = list(Run.reading(run).rows("scores"))
    for row in rows:
        if row["task"] == "code":
            del row["details"]
    return sorted(rows, key=lambda row: (row["task"], row["problem"], row["sample"]))


@pytest.mark.slow
def test_ray_gives_the_verdicts_of_one_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ray_score, "LARGEST_TASK", 32)  # so that the tasks are many
    given = [Given(f"p{i % 40}", ANSWERS[i % len(ANSWERS)], i) for i in range(300)]
    given += [Given("p1", "", 0, error="too long"), Given("p2", "\\boxed{4}", 3)]
    for name in ("here", "ray"):
        run = make_run(tmp_path / name, given, scorer="math")
        program = "```python\nprint(int(input()) + 1)\n```"
        tests: Any = {"inputs": ["1\n", "41\n"], "outputs": ["2\n", "42\n"]}
        codes = [
            Given("c", program, 1, task="code"),
            Given("c", "```python\n1/0\n```", 1, task="code"),
        ]
        make_run(run, codes, gold=tests, scorer="code")
    here = score(tmp_path / "here")
    there = score(tmp_path / "ray", ray_address="")
    assert (there.written, there.outcomes) == (304, here.outcomes)
    judged = scores(tmp_path / "ray")
    assert judged == scores(tmp_path / "here")
    assert [row["outcome"] for row in judged if row["task"] == "code"] == ["correct", "incorrect"]
    assert score(tmp_path / "ray", ray_address="").written == 0
