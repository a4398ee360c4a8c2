"""Prompt filtering: what carries signal, and that leave-one-out stays what it is."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import pytest
import torch
from datasets import Dataset
from skyt_plugins.trainers.filtering import (
    FLAT,
    PADDING_SIDE,
    SignalRLOOTrainer,
    check_whole_groups,
    groups_with_signal,
    merged,
)
from skyt_plugins.trainers.pass_rates import rows_with_signal
from skyt_plugins.trainers.shaping import SHAPING
from trl import RLOOConfig, RLOOTrainer

from skyt_plugins import SkytError

NAN = float("nan")
THIRD = 1 / 3


def test_only_groups_with_different_rewards_have_signal() -> None:
    rewards = torch.tensor([1, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0, 0.5, 0.5, 1, 0])
    assert groups_with_signal(rewards, 4)[::4].tolist() == [True, False, False, True]


def test_unjudged_responses_give_no_signal() -> None:
    rewards = torch.tensor([1, NAN, NAN, NAN, 1, 0, NAN, NAN, NAN, NAN, NAN, NAN])
    assert groups_with_signal(rewards, 4)[::4].tolist() == [False, True, False]


def batch(width: int, advantages: list[float]) -> dict[str, torch.Tensor]:
    rows = len(advantages)
    return {
        "prompt_ids": torch.full((rows, width), 7),
        "prompt_mask": torch.ones(rows, width, dtype=torch.long),
        "completion_ids": torch.full((rows, width + 1), 8),
        "completion_mask": torch.ones(rows, width + 1, dtype=torch.long),
        "old_logps": torch.arange(float(rows)),
        "advantages": torch.tensor(advantages),
    }


def test_merging_pads_prompts_left_and_completions_right() -> None:
    first, second = batch(2, [1, -1]), batch(3, [0.5, -0.5])
    masks = [torch.tensor([False, False]), torch.tensor([True, True])]
    result, kept = merged([first, second], masks, 2, pad_token=0)
    assert kept == 2
    assert result["advantages"].tolist() == [0.5, -0.5]
    result, kept = merged([second, first], [masks[1], masks[0]], 4, pad_token=0)
    assert kept == 2
    assert result["prompt_ids"][2].tolist() == [0, 7, 7]
    assert result["completion_ids"][2].tolist() == [8, 8, 8, 0]
    assert result["completion_mask"][2].tolist() == [1, 1, 1, 0]
    assert result["advantages"].tolist() == [0.5, -0.5, 0, 0]


def test_batches_with_images_are_refused() -> None:
    rows = {**batch(2, [1, -1]), "pixel_values": torch.zeros(2)}
    with pytest.raises(SkytError, match="pixel_values"):
        merged([rows], [torch.tensor([True, True])], 2, 0)


def test_groups_across_processes_are_refused() -> None:
    with pytest.raises(SkytError, match="whole groups"):
        check_whole_groups(rows=6, group=4)


def test_offline_filter_counts_what_it_drops_and_why() -> None:
    rates = {("t", "a"): 0.0, ("t", "b"): 1.0, ("t", "c"): 0.25}
    rows = [{"task": "t", "problem_id": name} for name in "abcd"]
    kept, dropped = rows_with_signal(rows, rates)
    assert [row["problem_id"] for row in kept] == ["c"]
    assert dropped == {"all right": 1, "all wrong": 1, "not measured": 1}


class Scripted:
    """Rewards by position in the group: prompt `one` [1,0,0,0], `all` ones, `none` zeros."""

    __name__ = "scripted"

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, completions: list[Any], kind: list[str], **_: Any) -> list[float]:
        self.asked += kind[::4]
        table = {"one": [1.0, 0, 0, 0], "all": [1.0] * 4, "none": [0.0] * 4}
        return [table[name][i % 4] for i, name in enumerate(kind)]


def trainer(tiny_model: Path, folder: Path, kinds: list[str], **options: Any) -> Any:
    from transformers import AutoTokenizer

    prompts = [
        {"prompt": [{"role": "user", "content": "What is 1 + 1?"}], "kind": k} for k in kinds
    ]
    arguments = RLOOConfig(
        output_dir=str(folder), per_device_train_batch_size=8, num_generations=4, beta=0.0,
        max_completion_length=4, max_steps=1, use_cpu=True, bf16=False, report_to=[],
        gradient_checkpointing=False, shuffle_dataset=False, save_strategy="no", **options,
    )  # fmt: skip
    return SignalRLOOTrainer(
        model=str(tiny_model),
        reward_funcs=Scripted(),
        args=arguments,
        train_dataset=Dataset.from_list(prompts),
        processing_class=AutoTokenizer.from_pretrained(tiny_model),
    )


def scored(made: Any, kinds: list[str]) -> dict[str, torch.Tensor]:
    made.model.train()
    rows = [row for row in made.train_dataset if row["kind"] in kinds]
    chosen = [next(row for row in rows if row["kind"] == kind) for kind in kinds]
    inputs = [row for row in chosen for _ in range(4)]
    return made._generate_and_score_completions(inputs)


def test_one_right_of_four_keeps_its_leave_one_out_advantages(
    tiny_model: Path, tmp_path: Path
) -> None:
    made = trainer(tiny_model, tmp_path, ["one", "one"])
    advantages = scored(made, ["one", "one"])["advantages"].tolist()
    assert advantages == pytest.approx([1, -THIRD, -THIRD, -THIRD] * 2)


def test_seats_without_signal_are_refilled_with_further_prompts(
    tiny_model: Path, tmp_path: Path
) -> None:
    made = trainer(tiny_model, tmp_path, ["one"] * 30 + ["all"])
    made.oversampling = 2
    advantages = scored(made, ["all", "one"])["advantages"].tolist()
    assert advantages == pytest.approx([1, -THIRD, -THIRD, -THIRD] * 2)
    assert made._metrics["train"]["filter/filled"] == [1.0]
    assert made._metrics["train"]["filter/asked"] == [16]


def test_without_refill_empty_seats_do_not_shrink_the_loss(
    tiny_model: Path, tmp_path: Path
) -> None:
    made = trainer(tiny_model, tmp_path, ["one", "none"])
    made.oversampling = 1
    advantages = scored(made, ["none", "one"])["advantages"].tolist()
    assert advantages == pytest.approx([2, -2 * THIRD, -2 * THIRD, -2 * THIRD, 0, 0, 0, 0])
    assert made._metrics["train"]["filter/filled"] == [0.5]


def test_whitening_is_over_the_kept_groups_alone(tiny_model: Path, tmp_path: Path) -> None:
    made = trainer(tiny_model, tmp_path, ["one", "none"], normalize_advantages=True)
    made.oversampling = 1
    kept = scored(made, ["none", "one"])["advantages"][:4]
    assert kept.mean().item() == pytest.approx(0, abs=1e-6)
    assert kept.std().item() == pytest.approx(1, abs=1e-3)


def test_step_without_any_signal_moves_nothing(tiny_model: Path, tmp_path: Path) -> None:
    made = trainer(tiny_model, tmp_path, ["all", "none"])
    assert not scored(made, ["all", "none"])["advantages"].any()


def test_response_without_a_verdict_has_no_reward_whatever_its_form(
    tiny_model: Path, tmp_path: Path
) -> None:
    from transformers import AutoTokenizer

    class Judge:
        __name__ = "math"

        def __call__(self, completions: list[Any], **_: Any) -> list[float | None]:
            return [1.0, 0.0, 0.0, None] * (len(completions) // 4)

    made = trainer(tiny_model, tmp_path, ["one", "one"])
    made = type(made)(
        model=str(tiny_model),
        reward_funcs=[Judge(), SHAPING["format"]()],
        args=made.args,
        train_dataset=made.train_dataset,
        processing_class=AutoTokenizer.from_pretrained(tiny_model),
    )
    advantages = scored(made, ["one", "one"])["advantages"].tolist()
    assert advantages == pytest.approx([1, -0.5, -0.5, 0] * 2)


def test_trl_underneath_is_what_the_filter_was_written_for(
    tiny_model: Path, tmp_path: Path
) -> None:
    """Fails when TRL changes the two methods that the filter overrides."""
    calculate = inspect.signature(RLOOTrainer._calculate_rewards)
    assert [*calculate.parameters][1:] == [
        "inputs",
        "prompts",
        "completions",
        "completion_ids_list",
    ]
    made = trainer(tiny_model, tmp_path, ["one", "none"])
    made.model.train()
    inputs = [row for row in made.train_dataset for _ in range(4)]
    output = RLOOTrainer._generate_and_score_completions(made, inputs)
    assert set(output) == set(PADDING_SIDE) | set(FLAT)
    assert made._group_rewards.shape == (8, 1)
    assert output["advantages"].tolist() == pytest.approx([1, -THIRD, -THIRD, -THIRD, 0, 0, 0, 0])
