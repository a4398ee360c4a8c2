"""Scoring: only what is missing, or whose rule has changed."""

from __future__ import annotations

import os
import pickle
import threading
from pathlib import Path

import pyarrow as pa
import pytest

from skyt_plugins.distill import judging, shards, verdicts
from skyt_plugins.distill.judges import Judges
from skyt_plugins.distill.parts import TEXTS, Texts
from skyt_plugins.distill.score import score
from skyt_plugins.distill.store import Run
from skyt_plugins.distill.verdicts import Verdicts
from skyt_plugins.errors import SkytError
from skyt_plugins.types import Verdict

from .scripted import Given, make_run

GOOD, BAD = "It is \\boxed{4}", "It is \\boxed{5}"


def outcomes(run: Path) -> dict[tuple[str, int], str]:
    return {(r["problem"], r["sample"]): r["outcome"] for r in Run.reading(run).rows("scores")}


def test_verdicts_are_those_of_the_scorer(tmp_path: Path) -> None:
    given = [
        Given("a", GOOD, 1),
        Given("a", BAD, 1),
        Given("b", "", 0),
        Given("b", "", 0, error="x"),
    ]
    counts = score(make_run(tmp_path / "run", given))
    assert counts.outcomes == {"correct": 1, "incorrect": 1, "no_answer": 2}
    assert outcomes(tmp_path / "run") == {
        ("a", 0): "correct", ("a", 1): "incorrect", ("b", 0): "no_answer", ("b", 1): "no_answer",
    }  # fmt: skip


def test_scoring_again_judges_nothing(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", [Given("a", GOOD, 1), Given("b", BAD, 1)])
    score(run)
    again = score(run)
    assert (again.written, again.found) == (0, 2)
    assert score(run, force=True).written == 2
    assert score(run, force=True, ids=["b"]).written == 1


def test_a_new_rule_version_judges_again_and_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import dataclasses

    from skyt_plugins.registry import registry

    run = make_run(tmp_path / "run", [Given("a", GOOD, 1), Given("b", BAD, 1)])
    score(run)
    factory = registry().scorers["integer"]
    monkeypatch.setitem(
        registry().scorers, "integer", lambda: dataclasses.replace(factory(), version="99")
    )
    assert score(run).written == 2
    assert score(run).written == 0
    monkeypatch.undo()
    assert score(run).written == 2  # what counts is the rule of the latest verdict


def test_another_scorer_takes_the_place_of_the_problems_own(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", [Given("a", GOOD, 1)], scorer="")
    with pytest.raises(SkytError, match="--scorer"):
        score(run)
    assert score(run, scorer="integer").outcomes == {"correct": 1}
    with pytest.raises(SkytError, match="unknown scorer"):
        score(run, scorer="intger")


def test_a_problem_without_reference_is_counted_not_judged(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", [Given("a", GOOD, 1)])
    make_run_other = [Given("n", GOOD, 1)]
    make_run(run, make_run_other, gold=None)  # type: ignore[arg-type]
    counts = score(run)
    assert (counts.written, counts.unscorable) == (1, 1)


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts so small that a few texts reach other processes."""
    if len(os.sched_getaffinity(0)) < 2:
        pytest.skip("one core: nothing is forked")
    monkeypatch.setattr(threading, "active_count", lambda: 1)  # whatever ran before this test
    monkeypatch.setattr(judging, "FIRST_PART", 4)
    monkeypatch.setattr(judging, "LARGEST_PART", 8)


@pytest.mark.usefixtures("small_parts")
def test_several_processes_give_the_verdicts_of_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = [GOOD, BAD, "no box", ""]
    given = [Given(f"p{i % 30}", texts[i % 4], 1, error="x" * (i % 7 == 0)) for i in range(400)]
    alone, several = (make_run(tmp_path / name, given) for name in ("alone", "several"))
    given_to_others = []
    give = judging._Team.give
    monkeypatch.setattr(
        judging._Team, "give", lambda team, part: given_to_others.append(part) or give(team, part)
    )
    score(several)
    assert given_to_others
    monkeypatch.setattr(judging, "CHEAP_SECONDS", 0)
    score(alone)
    assert list(Run.reading(several).rows("scores")) == list(Run.reading(alone).rows("scores"))
    assert score(several).written == 0


@pytest.mark.usefixtures("small_parts")
def test_a_judging_process_that_dies_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = make_run(tmp_path / "run", [Given(f"p{i}", GOOD, 1) for i in range(100)])
    here, judge = os.getpid(), Judges.judge

    def die(self: Judges, texts: Texts) -> list[Verdict]:
        return judge(self, texts) if os.getpid() == here else os._exit(9)

    monkeypatch.setattr(Judges, "judge", die)
    with pytest.raises(SkytError, match="a process that judges has died"):
        score(run)
    monkeypatch.undo()
    assert score(run).found > 0
    assert len(outcomes(run)) == 100


@pytest.mark.usefixtures("small_parts")
def test_what_a_judging_process_raises_is_raised_and_verdicts_before_it_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = make_run(tmp_path / "run", [Given(f"p{i}", GOOD, 1) for i in range(100)])
    here, judge = os.getpid(), Judges.judge

    def fail(self: Judges, texts: Texts) -> list[Verdict]:
        if os.getpid() != here and "p90" in texts.column("problem"):
            raise ValueError("this scorer fails")
        return judge(self, texts)

    monkeypatch.setattr(Judges, "judge", fail)
    with pytest.raises(ValueError, match="this scorer fails"):
        score(run)
    assert 0 < Run.reading(run).count("scores") < 100


def test_verdicts_that_come_fast_become_shards_and_others_are_there_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = make_run(tmp_path / "run", [Given("a", GOOD, 1)])
    score(run)
    [rows] = Run.reading(run).batches("scores")
    monkeypatch.setattr(shards, "WHOLE_SHARD_ROWS", 5)
    with Run.writing(tmp_path / "fast", create=True) as out, Verdicts(out) as fast:
        for _ in range(6):
            fast.add(rows)
        assert out.count("scores") == 0
    assert [path.name for path in (tmp_path / "fast/scores").iterdir()] == ["00000.parquet"]
    monkeypatch.setattr(verdicts, "FAST_SECONDS", 0)
    with Run.writing(tmp_path / "slow", create=True) as out, Verdicts(out) as slow:
        slow.add(rows)
        slow.add(rows)
        assert list(out.rows("scores")) == rows.to_pylist() * 2


def test_texts_and_verdicts_are_pickled_without_what_is_around_them() -> None:
    columns = [[f"t{i}" * 99 for i in range(99)]] * 2
    rows = pa.RecordBatch.from_pydict(
        dict(zip(TEXTS.names, [*columns, list(range(99)), *columns], strict=True)), TEXTS
    )
    part = Texts(("integer", "{}"), "response", rows).part(3, 5)
    data = pickle.dumps(part)
    assert pickle.loads(data) == part
    assert len(data) < len(pickle.dumps(rows)) / 10


def test_a_folder_without_a_run_is_told(tmp_path: Path) -> None:
    with pytest.raises(SkytError, match="no run in"):
        score(tmp_path)
