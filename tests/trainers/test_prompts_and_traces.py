"""Prompts, traces and pairs in the layouts that people keep them in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from skyt_plugins.trainers.preference import pair_rows
from skyt_plugins.trainers.prompts import prompt_rows, without_benchmarks, without_long_prompts
from skyt_plugins.trainers.traces import trace_rows

from skyt_plugins import SkytError, get_task
from skyt_plugins.data import load_problems


def lines(path: Path, *rows: dict[str, Any]) -> str:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return str(path)


USER = {"role": "user", "content": "1+1?"}
ASSISTANT = {"role": "assistant", "content": "\\boxed{2}"}


def test_task_rows_name_their_task_scorer_and_problem() -> None:
    row = prompt_rows(["arith_train"])[0]
    assert row["task"] == "arith_train"
    assert row["scorer"] == "math"
    assert row["prompt"][0]["role"] == "user"
    assert row["reference"].isdigit()


def test_file_rows_of_several_layouts_become_one(tmp_path: Path) -> None:
    source = lines(
        tmp_path / "p.jsonl",
        {"question": "1+1?", "answer": 2},
        {"prompt": "1+1?", "solution": "2", "scorer": "integer", "id": "x"},
        {"prompt": [USER], "ability": "math", "reward_model": {"ground_truth": "2"}},
        {"prompt": [USER], "ability": "code", "reference": {"inputs": ["1"], "outputs": ["2"]}},
    )
    rows = prompt_rows([source], system="Think it over.")
    assert [row["scorer"] for row in rows] == [None, "integer", "math", "code"]
    assert [row["reference"] for row in rows[:3]] == ["2", "2", "2"]
    assert json.loads(rows[3]["reference"]) == {"inputs": ["1"], "outputs": ["2"]}
    assert rows[1]["problem_id"] == "x"
    assert all(row["prompt"][0] == {"role": "system", "content": "Think it over."} for row in rows)


def test_row_without_gold_answer_is_named(tmp_path: Path) -> None:
    source = lines(tmp_path / "p.jsonl", {"question": "1+1?", "answer": 2}, {"question": "2+2?"})
    with pytest.raises(SkytError, match=r"p\.jsonl:2: the row has no reference"):
        prompt_rows([source])


def test_no_prompts_at_all_is_an_error() -> None:
    with pytest.raises(SkytError, match="--prompts"):
        prompt_rows([])


def test_benchmark_problem_among_the_prompts_stops_or_is_dropped(tmp_path: Path) -> None:
    benchmark = load_problems(get_task("arith"))[0]
    source = lines(
        tmp_path / "p.jsonl",
        {"question": benchmark.question, "answer": benchmark.reference},
        {"question": "How many sides has a cube?", "answer": "6"},
    )
    rows = prompt_rows([source])
    with pytest.raises(SkytError, match="1 of 2 prompts hold"):
        without_benchmarks(rows, "refuse", ["arith"])
    assert [row["reference"] for row in without_benchmarks(rows, "drop", ["arith"])] == ["6"]
    assert len(without_benchmarks(rows, "off")) == 2
    with pytest.raises(SkytError, match="refuse, drop, off"):
        without_benchmarks(rows, "maybe")


def test_training_side_of_the_sums_holds_no_problem_of_the_benchmarks() -> None:
    rows = prompt_rows(["arith_train", "arith_hard_train"])
    assert len(without_benchmarks(rows, "refuse", ["arith", "arith_hard"])) == len(rows)


def test_long_prompts_are_dropped_and_counted(tiny_model: Path) -> None:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(tiny_model)
    rows = [{"prompt": [{"role": "user", "content": "x" * size}]} for size in (1, 200)]
    kept, dropped = without_long_prompts(rows, tokenizer, 50)
    assert (kept, dropped) == (rows[:1], 1)


@pytest.mark.parametrize(
    "row",
    [
        {"prompt": "1+1?", "completion": "\\boxed{2}"},
        {"prompt": [USER], "completion": [ASSISTANT]},
        {"messages": [USER, ASSISTANT]},
        {
            "conversations": [
                {"from": "human", "value": "1+1?"},
                {"from": "gpt", "value": "\\boxed{2}"},
            ]
        },
    ],
)
def test_traces_of_every_layout_become_prompt_and_completion(
    row: dict[str, Any], tmp_path: Path
) -> None:
    source = lines(tmp_path / "t.jsonl", row)
    assert trace_rows(source) == [{"prompt": [USER], "completion": [ASSISTANT]}]


def test_sharegpt_system_turn_is_kept(tmp_path: Path) -> None:
    turns = [{"from": "user", "value": "1+1?"}, {"from": "assistant", "value": "\\boxed{2}"}]
    path = tmp_path / "t.json"
    path.write_text(json.dumps([{"system": "Think it over.", "conversations": turns}]))
    (row,) = trace_rows(str(path))
    assert row["prompt"] == [{"role": "system", "content": "Think it over."}, USER]


def test_folder_is_read_by_split(tmp_path: Path) -> None:
    lines(tmp_path / "train.jsonl", {"messages": [USER, ASSISTANT]})
    lines(tmp_path / "validation.jsonl", {"messages": [USER, ASSISTANT]}, {"messages": [USER]})
    assert len(trace_rows(str(tmp_path))) == 1
    with pytest.raises(SkytError, match="not the assistant's"):
        trace_rows(str(tmp_path), "validation")


@pytest.mark.parametrize("row", [
    {"text": "x"},
    {"messages": [USER]},
    {"messages": [{"role": "user"}, ASSISTANT]},
    {"prompt": [], "completion": "x"},
    {"conversations": [{}, {}]},
    {"conversations": [{"from": "human"}, {"from": "gpt"}]},
])  # fmt: skip
def test_trace_that_cannot_be_read_is_named(row: dict[str, Any], tmp_path: Path) -> None:
    source = lines(tmp_path / "t.jsonl", row)
    with pytest.raises(SkytError, match=r"t\.jsonl:1"):
        trace_rows(source)


def test_missing_trace_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SkytError, match="no such file"):
        trace_rows(str(tmp_path / "t.jsonl"))
    with pytest.raises(SkytError, match="no such file"):
        trace_rows("./nowhere")
    with pytest.raises(SkytError, match=r"no \.jsonl or \.parquet"):
        trace_rows(str(tmp_path))


def test_pairs_in_trl_and_original_layout_are_the_same(tmp_path: Path) -> None:
    trl = {"prompt": [USER], "chosen": [ASSISTANT], "rejected": [ASSISTANT]}
    turn = {"from": "gpt", "value": "\\boxed{2}"}
    original = {
        "conversations": [{"from": "human", "value": "1+1?"}],
        "chosen": turn,
        "rejected": turn,
    }
    first, second = pair_rows(lines(tmp_path / "p.jsonl", trl, original))
    assert first == second == trl


def test_pair_without_a_rejected_response_is_named(tmp_path: Path) -> None:
    source = lines(tmp_path / "p.jsonl", {"prompt": "1+1?", "chosen": "2"})
    with pytest.raises(SkytError, match=r"p\.jsonl:1: the row has no rejected"):
        pair_rows(source)
