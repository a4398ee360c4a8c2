"""Rejection sampling and export: what is kept, in which order, and what the files hold."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from skyt_plugins.distill.export import export
from skyt_plugins.distill.rewrite import rewrite
from skyt_plugins.distill.rules import Rules, mixture_counts
from skyt_plugins.distill.score import score
from skyt_plugins.distill.select import select
from skyt_plugins.distill.selection import Selection
from skyt_plugins.distill.store import Run
from skyt_plugins.errors import SkytError

from .scripted import Given, make_run

GOOD, BAD = "It is \\boxed{4}", "It is \\boxed{5}"
NO_GATE = {"overlap": "off"}


def chosen(selection: Path) -> list[tuple[str, int]]:
    table = Selection.read(selection).table
    return list(zip(table["problem"].to_pylist(), table["sample"].to_pylist(), strict=True))


def rows(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text().splitlines()]


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """Problem b: right in 30, 10 and 20 tokens; a: one right, one wrong, one cut off; c refused."""
    folder = make_run(
        tmp_path / "run",
        [
            Given("b", GOOD + " long", 30),
            Given("a", BAD, 5),
            Given("b", GOOD, 10),
            Given("c", "", 0, error="too long"),
            Given("a", GOOD, 12),
            Given("a", GOOD + " and", 9, finish="length"),
            Given("b", GOOD + " mid", 20),
        ],
    )
    score(folder)
    return folder


def test_the_funnel_says_how_many_fell_and_why(run: Path) -> None:
    found = select(run, rules=Rules(per_problem=2, **NO_GATE))
    assert [(s["name"], s["kept"], s["problems"]) for s in found.stages] == [
        ("responses", 7, 3),
        ("answered", 6, 2),
        ("finished", 5, 2),
        ("verdict correct", 4, 2),
        ("problem dedupe", 4, 2),
        ("response dedupe", 4, 2),
        ("at most 2 per problem", 3, 2),
    ]
    assert found.stages[3]["fell"] == {"incorrect": 1}
    assert found.stages[2]["fell"] == {"cut off": 1}


@pytest.mark.parametrize(
    ("prefer", "expected"),
    [
        ("shortest", [("a", 1), ("b", 1)]),
        ("longest", [("a", 1), ("b", 0)]),
        ("first", [("a", 1), ("b", 0)]),
    ],
)
def test_one_response_per_problem_by_preference(
    run: Path, prefer: str, expected: list[tuple[str, int]]
) -> None:
    select(run, rules=Rules(per_problem=1, prefer=prefer, **NO_GATE))
    assert chosen(run) == expected


def test_a_random_choice_depends_on_the_seed_alone(run: Path) -> None:
    picks = set()
    for seed in range(12):
        select(run, rules=Rules(per_problem=1, prefer="random", seed=seed, **NO_GATE))
        first = chosen(run)
        select(run, rules=Rules(per_problem=1, prefer="random", seed=seed, **NO_GATE))
        assert chosen(run) == first
        picks.add(tuple(first))
    assert len(picks) == 3


def test_token_bounds_are_inclusive(run: Path) -> None:
    select(run, rules=Rules(min_tokens=10, max_tokens=20, **NO_GATE))
    assert chosen(run) == [("a", 1), ("b", 1), ("b", 2)]


def test_the_same_records_in_any_order_give_the_same_files(tmp_path: Path) -> None:
    given = [Given(f"p{i % 7}", f"{GOOD} {i}", 5 + i % 3) for i in range(40)]
    files = []
    for number in range(2):
        # Samples are numbered by arrival, so shuffle only across problems.
        order = sorted(given, key=lambda g: g.problem) if number else given
        folder = make_run(tmp_path / f"run{number}", order)
        score(folder)
        select(folder, rules=Rules(per_problem=3, **NO_GATE))
        files.append(export(folder, tmp_path / f"out{number}", shuffle=3).sha256)
    assert files[0] == files[1]


def test_a_response_said_twice_counts_once(tmp_path: Path) -> None:
    folder = make_run(
        tmp_path / "run",
        [Given("a", GOOD, 3), Given("a", "\n" + GOOD + " \n", 4), Given("b", GOOD, 3)],
    )
    score(folder)
    select(folder, rules=Rules(**NO_GATE))
    assert chosen(folder) == [("a", 0), ("b", 0)]
    select(folder, rules=Rules(dedupe="none", **NO_GATE))
    assert len(chosen(folder)) == 3


def test_a_problem_under_two_ids_counts_once(tmp_path: Path) -> None:
    same = (
        "How many ways are there to tile a 2 by 10 board with dominoes of size one by two, if no "
        "two dominoes that stand upright may touch each other along a whole side of the board?"
    )
    near = same.replace("How many", "Count the")
    other = same.replace("10", "12")
    folder = make_run(
        tmp_path / "run",
        [Given(name, GOOD, 3) for name in "abcd"],
        questions={"a": same, "b": same.upper(), "c": near, "d": other},
    )
    score(folder)
    select(folder, rules=Rules(**NO_GATE))
    assert [p for p, _ in chosen(folder)] == ["a", "c", "d"]
    select(folder, rules=Rules(dedupe="near", **NO_GATE))
    assert [p for p, _ in chosen(folder)] == ["a", "d"]  # another number is another problem


def test_benchmark_problems_are_refused_dropped_or_let_through(
    tmp_path: Path, hub_mirror: Path
) -> None:
    with open(hub_mirror / "HuggingFaceH4/MATH-500/test.jsonl") as file:
        question = json.loads(file.readline())["problem"]
    folder = make_run(
        tmp_path / "run", [Given("a", GOOD, 3), Given("b", GOOD, 3)], questions={"b": question}
    )
    score(folder)
    with pytest.raises(SkytError, match="1 of 2 problems are in a benchmark") as error:
        select(folder, rules=Rules(against=("math500",)))
    assert len(str(error.value).splitlines()) <= 3
    assert not (folder / "selection").exists()
    select(folder, rules=Rules(against=("math500",), overlap="drop"))
    assert chosen(folder) == [("a", 0)]
    select(folder, rules=Rules(**NO_GATE))
    assert len(chosen(folder)) == 2


def test_mixture_takes_counts_and_parts(tmp_path: Path) -> None:
    given = [Given(f"p{i}", GOOD, 3, task=task) for task in ("x", "y") for i in range(20)]
    folder = make_run(tmp_path / "run", given)
    score(folder)
    select(folder, rules=Rules(mixture={"x": 5, "y": 7}, dedupe="none", **NO_GATE))
    tasks = Selection.read(folder).table["task"].to_pylist()
    assert (tasks.count("x"), tasks.count("y")) == (5, 7)
    assert mixture_counts({"x": "1x", "y": "3x"}, {"x": 10, "y": 12}) == {"x": 4, "y": 12}
    with pytest.raises(SkytError, match="task 'z'"):
        select(folder, rules=Rules(mixture={"z": 5}, **NO_GATE))
    select(folder, rules=Rules(total=9, dedupe="none", **NO_GATE))
    assert len(chosen(folder)) == 9


def test_several_runs_become_one_selection(run: Path, tmp_path: Path) -> None:
    other = make_run(tmp_path / "other", [Given("z", GOOD, 3), Given("b", GOOD + " new", 1)])
    score(other)
    with pytest.raises(SkytError, match="--out"):
        select([run, other])
    found = select([run, other], tmp_path / "both", Rules(per_problem=1, **NO_GATE))
    assert chosen(tmp_path / "both") == [("a", 1), ("b", 0), ("z", 0)]
    done = export(tmp_path / "both", tmp_path / "out")
    texts = [row["messages"][-1]["content"] for row in rows(done.folder / "train.jsonl")]
    assert texts == [GOOD, GOOD + " new", GOOD]
    assert found.count == 3


def test_selecting_before_scoring_is_told(tmp_path: Path) -> None:
    folder = make_run(tmp_path / "run", [Given("a", GOOD, 3)])
    with pytest.raises(SkytError, match="skyt score"):
        select(folder, rules=Rules(**NO_GATE))
    select(folder, rules=Rules(outcomes=("unscored",), **NO_GATE))
    assert chosen(folder) == [("a", 0)]


@pytest.mark.parametrize(
    "rule", [{"prefer": "best"}, {"dedupe": "some"}, {"overlap": "maybe"}, {"outcomes": ("good",)}]
)
def test_a_rule_that_does_not_exist_is_refused(run: Path, rule: dict[str, Any]) -> None:
    with pytest.raises(SkytError, match="must be one of"):
        select(run, rules=Rules(**rule))


@pytest.mark.parametrize("format", ["messages", "sharegpt", "prompt-completion"])
def test_every_format_loads_and_holds_prompt_and_response(
    run: Path, tmp_path: Path, format: str
) -> None:
    from datasets import load_dataset

    select(run, rules=Rules(**NO_GATE))
    done = export(run, tmp_path / "data", format=format, system="Think first.")
    data = load_dataset(
        "json", data_files=str(done.folder / "train.jsonl"), split="train",
        cache_dir=str(tmp_path / "cache"),
    )  # fmt: skip
    assert len(data) == 4
    text = json.dumps(data[0])
    assert "Think first." in text
    assert "question a" in text
    assert json.dumps(GOOD)[1:-1] in text
    names = {
        "messages": ["messages"],
        "sharegpt": ["system", "conversations"],
        "prompt-completion": ["prompt", "completion"],
    }
    assert data.column_names == names[format]


def test_validation_parts_by_problem_and_loses_nothing(tmp_path: Path) -> None:
    folder = make_run(tmp_path / "run", [Given(f"p{i % 50}", f"{GOOD} {i}", 3) for i in range(200)])
    score(folder)
    select(folder, rules=Rules(**NO_GATE))
    done = export(folder, tmp_path / "data", validation=0.3)
    prompts = [
        {row["messages"][0]["content"] for row in rows(done.folder / name)} for name in done.rows
    ]
    assert sum(done.rows.values()) == 200
    assert 20 < done.rows["validation.jsonl"] < 110
    assert not prompts[0] & prompts[1]
    again = export(folder, tmp_path / "data", validation=0.0)
    assert list(again.rows) == ["train.jsonl"]
    assert not (again.folder / "validation.jsonl").exists()


def test_rows_are_in_order_whatever_the_order_of_completion(tmp_path: Path) -> None:
    order = [f"p{i:03}" for i in range(200)]
    random.Random(1).shuffle(order)
    folder = make_run(tmp_path / "run", [Given(p, f"{GOOD} {p}", 3) for p in order])
    score(folder)
    select(folder, rules=Rules(**NO_GATE))
    export(folder, tmp_path / "data")
    texts = [row["messages"][-1]["content"] for row in rows(tmp_path / "data" / "train.jsonl")]
    assert texts == [f"{GOOD} p{i:03}" for i in range(200)]


def test_the_card_names_counts_sources_filters_funnel_and_hashes(run: Path, tmp_path: Path) -> None:
    select(run, rules=Rules(per_problem=1, **NO_GATE))
    done = export(run, tmp_path / "data")
    card = (done.folder / "README.md").read_text()
    for part in (done.sha256["train.jsonl"], "| sums | 2 |", "not among the shortest", "Rules:"):
        assert part in card


def test_export_refuses_a_folder_of_something_else(run: Path, tmp_path: Path) -> None:
    select(run, rules=Rules(**NO_GATE))
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "thesis.tex").write_text("x")
    with pytest.raises(SkytError, match="holds no export"):
        export(run, tmp_path / "data")
    with pytest.raises(SkytError, match="no selection"):
        export(tmp_path / "data", tmp_path / "x")
    with pytest.raises(SkytError, match="must be one of"):
        export(run, tmp_path / "x", format="csv")


def test_a_rewrite_stands_in_for_its_response(tmp_path: Path) -> None:
    thought = "<think>\nTwo and two.\n</think>\n\nSo \\boxed{4}"
    folder = make_run(tmp_path / "run", [Given("a", thought, 9), Given("b", GOOD, 3)])
    rewrite(folder, rule=True)
    score(folder)
    kinds = sorted(row["of"] for row in Run.reading(folder).rows("scores"))
    assert kinds == ["response", "response", "rewrite"]
    select(folder, rules=Rules(**NO_GATE))
    done = export(folder, tmp_path / "data")
    texts = [row["messages"][-1]["content"] for row in rows(done.folder / "train.jsonl")]
    assert texts[0].startswith("<|begin_of_thought|>\n\nTwo and two.")
    assert texts[1] == GOOD
    select(folder, rules=Rules(rewritten_only=True, **NO_GATE))
    assert chosen(folder) == [("a", 0)]
