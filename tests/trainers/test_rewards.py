"""Scorers as TRL rewards."""

from __future__ import annotations

import asyncio
import importlib
import pickle
import threading
from typing import Any

import pytest
from skyt_plugins.trainers.reward_list import reward_functions, side_by_side
from skyt_plugins.trainers.rewards import Reward, text_of

from skyt_plugins import SkytError, get_task, scorer_names
from skyt_plugins.data import load_problems

RIGHT, WRONG, CUT = "<think>1</think>\\boxed{7}", "\\boxed{8}", "<think>7 \\boxed{7}"


def test_dotted_path_is_found_as_stock_trl_finds_it() -> None:
    module = importlib.import_module("skyt_plugins.trainers.rewards")
    for name in scorer_names():
        assert getattr(module, name).__name__ == name


def test_unknown_dotted_path_offers_the_nearest_name() -> None:
    module = importlib.import_module("skyt_plugins.trainers.rewards")
    with pytest.raises(AttributeError, match="integer"):
        module.intger  # noqa: B018


def test_texts_and_messages_get_the_same_rewards() -> None:
    reward = Reward("integer")
    texts = [RIGHT, WRONG, CUT, ""]
    messages = [[{"role": "assistant", "content": text}] for text in texts]
    expected = [1.0, 0.0, 0.0, 0.0]
    assert reward(completions=texts, reference=["7"] * 4) == expected
    assert reward(completions=messages, reference=["7"] * 4) == expected


@pytest.mark.parametrize("column", ["reference", "answer", "solution", "ground_truth"])
def test_gold_answer_is_found_in_any_of_its_columns(column: str) -> None:
    assert Reward("integer")(completions=[RIGHT], **{column: ["7"]}) == [1.0]


def test_reference_goes_before_the_other_columns() -> None:
    assert Reward("integer")(completions=[RIGHT], answer=["8"], reference=["7"]) == [1.0]


def test_row_without_gold_answer_is_refused_with_the_columns_it_has() -> None:
    with pytest.raises(SkytError, match="gold answer"):
        Reward("integer")(completions=[RIGHT], prompts=["?"])


def test_unjudgeable_row_has_no_reward() -> None:
    assert Reward("integer")(completions=[RIGHT], reference=["seven"]) == [None]


def test_rows_of_another_scorer_are_left_out() -> None:
    rewards = Reward("integer")(
        completions=[RIGHT, RIGHT, RIGHT],
        reference=["7", "7", "7"],
        scorer=["integer", "code", None],
    )
    assert rewards == [1.0, None, 1.0]


def test_task_reward_judges_each_row_by_its_own_task() -> None:
    problem = load_problems(get_task("arith_train"))[0]
    rewards = Reward("task")(
        completions=[f"\\boxed{{{problem.reference}}}", RIGHT],
        reference=["not looked at: the task knows", "7"],
        task=["arith_train", None],
        scorer=[None, "integer"],
        problem_id=[problem.id, "x"],
    )
    assert rewards == [1.0, 1.0]


def test_task_reward_refuses_rows_that_name_neither() -> None:
    with pytest.raises(SkytError, match="scorer"):
        Reward("task")(completions=[RIGHT], reference=["7"])


def test_response_cut_by_the_host_is_no_answer_and_logged_as_truncated() -> None:
    logged: dict[str, float] = {}
    columns: dict[str, list[str | None]] = {}
    rewards = Reward("integer", stop_ids=[2])(
        completions=[RIGHT, RIGHT, WRONG, ""],
        completion_ids=[[5, 2], [5, 6], [5, 2], []],
        reference=["7"] * 4,
        log_metric=logged.__setitem__,
        log_extra=columns.__setitem__,
    )
    assert rewards == [1.0, 0.0, 0.0, 0.0]
    assert logged == {"integer/truncated": 0.5, "integer/no_answer": 0.5, "integer/errors": 0.0}
    assert columns["integer/verdict"] == ["correct", "no_answer", "incorrect", "no_answer"]


def test_reward_survives_pickling_for_worker_processes() -> None:
    reward = pickle.loads(pickle.dumps(Reward("integer", stop_ids=[2])))
    assert reward.__name__ == "integer"
    assert reward(completions=[RIGHT], completion_ids=[[2]], reference=["7"]) == [1.0]


def test_unknown_scorer_and_option_are_refused_before_training() -> None:
    with pytest.raises(SkytError, match="unknown scorer"):
        Reward("maths")
    with pytest.raises(SkytError, match="refuses its options"):
        Reward("integer", no_such_option=1)


def test_reasoning_that_a_host_keeps_apart_is_put_back() -> None:
    message = {"role": "assistant", "reasoning_content": "2+5", "content": "\\boxed{7}"}
    assert text_of([message]) == "<think>2+5</think>\\boxed{7}"


@pytest.mark.parametrize(
    "text",
    [
        "{name: length, weight: 0.5, soft: 2, hard: 4}",
        '{"name": "length", "weight": 0.5, "soft": 2, "hard": 4}',
    ],
)
def test_rewards_on_the_command_line_are_those_of_a_file(text: str) -> None:
    (reward,), weights = reward_functions([text])
    assert weights == [0.5]
    assert (reward.soft, reward.hard) == (2, 4)


def test_several_rewards_judge_at_the_same_time() -> None:
    both = threading.Barrier(2, timeout=30)

    class Waiting:
        __name__ = "waiting"

        def __call__(self, completions: list[str], **_: Any) -> list[float]:
            both.wait()
            return [1.0] * len(completions)

    async def judged() -> list[list[float]]:
        rewards = side_by_side([Waiting(), Waiting()])
        return await asyncio.gather(*[reward(completions=["x"]) for reward in rewards])

    assert asyncio.run(judged()) == [[1.0], [1.0]]


def test_programs_that_the_batch_has_no_time_for_have_no_reward() -> None:
    reward = Reward("code", batch_limit=0.0)
    program = "```python\nprint(1)\n```"
    tests = '{"inputs": [""], "outputs": ["1"]}'
    verdicts = reward.verdicts([program] * 2, reference=[tests] * 2)
    assert ["0 s" in verdict.reason for verdict in verdicts if verdict] == [True, True]
    assert reward([program] * 2, reference=[tests] * 2) == [None, None]


def test_judging_of_programs_is_bounded_where_nothing_else_is_said() -> None:
    assert '"batch_limit": 600.0' in (Reward("code")._scorer_key({}) or "")
