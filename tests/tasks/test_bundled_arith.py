"""Bundled sums: the two sides never meet, and the rows are always the same."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from skyt_plugins.tasks.bundled.arith import LEVELS, carries, side_of, sums

from skyt_plugins import get_task, grade
from skyt_plugins.data import fingerprint, load_problems


@given(st.integers(10, 99_999), st.integers(10, 99_999))
def test_a_sum_and_its_mirror_are_on_one_side(a: int, b: int) -> None:
    assert side_of(a, b) == side_of(b, a)


def test_train_and_test_share_no_problem_whatever_the_seed() -> None:
    sides: dict[str, set[frozenset[int]]] = {"train": set(), "test": set()}
    for side, found in sides.items():
        for seed in range(5):
            found |= {frozenset((r["a"], r["b"])) for r in sums(side, LEVELS["arith"], 400, seed)}
    assert len(sides["train"]) > 1000
    assert not sides["train"] & sides["test"]


def test_registered_tasks_are_disjoint_and_complete() -> None:
    tests = {level: load_problems(get_task(level)) for level in LEVELS}
    questions = {problem.question for problems in tests.values() for problem in problems}
    for level, test in tests.items():
        train = load_problems(get_task(f"{level}_train"))
        assert len({p.id for p in test}) == 200
        assert len({p.id for p in train}) == LEVELS[level].train_rows
        assert not questions & {p.question for p in train}


@given(st.integers(1, 10**6), st.integers(1, 10**6))
def test_a_sum_carries_where_adding_the_digits_does_not_do(a: int, b: int) -> None:
    sums_of_digits = [int(x) + int(y) for x, y in zip(str(a)[::-1], str(b)[::-1], strict=False)]
    behind_the_first = sums_of_digits[: max(len(str(a)), len(str(b))) - 1]
    assert carries(a, b) == any(value > 9 for value in behind_the_first)


def test_levels_hold_sums_that_carry_or_do_not() -> None:
    for level, wanted in (("arith_plain", {False}), ("arith_carry", {True})):
        found = load_problems(get_task(level))
        assert {carries(p.metadata["a"], p.metadata["b"]) for p in found} == wanted
        assert {p.metadata["digits"] for p in found} == {2, 3}


def test_rows_are_the_same_at_every_load() -> None:
    task = get_task("skyt_arith")
    assert fingerprint(load_problems(task)) == fingerprint(load_problems(task))


def test_references_are_the_sums() -> None:
    for problem in load_problems(get_task("arith_hard"))[:20]:
        total = problem.metadata["a"] + problem.metadata["b"]
        assert grade("integer", f"\\boxed{{{total}}}", problem.reference).is_correct
