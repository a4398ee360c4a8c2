"""Which responses and groups count in an update.

`JudgedRLOOTrainer` leaves out responses without a verdict. `SignalRLOOTrainer` also leaves out
groups whose responses are all right or all wrong and asks further prompts in their place (dynamic
sampling: PRIME, arXiv 2502.01456; DAPO, arXiv 2503.14476), which TRL's RLOO lacks. `pass_rates`
holds the offline filter.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import torch
from accelerate.utils import gather
from trl import RLOOTrainer
from trl.trainer.utils import pad

from skyt_plugins.errors import SkytError

from .shaping import SHAPING

# What TRL's `_generate_and_score_completions` returns for text, and which side each is padded on.
PADDING_SIDE = {
    "prompt_ids": "left",
    "prompt_mask": "left",
    "completion_ids": "right",
    "completion_mask": "right",
}
FLAT = ("old_logps", "advantages")
Batch = dict[str, torch.Tensor]


class JudgedRLOOTrainer(RLOOTrainer):
    """RLOO in which a response that no scorer could judge has no reward at all.

    TRL adds up what the rewards say and leaves None out: beside `format`, a verdict that failed
    would count as a wrong answer.
    """

    def _calculate_rewards(self, *args: Any) -> torch.Tensor:
        """TRL's rewards of all processes, one row per response."""
        rewards: torch.Tensor = super()._calculate_rewards(*args)
        judges = [name not in SHAPING for name in self.reward_func_names]
        if any(judges):
            rewards[rewards[:, judges].isnan().all(dim=1)] = torch.nan
        return rewards


class SignalRLOOTrainer(JudgedRLOOTrainer):
    """RLOO on groups whose rewards differ.

    `oversampling` is how many prompts a step may ask, in multiples of its batch: 1 means that
    groups without signal leave their seats empty, 2 that as many prompts again may fill them.
    """

    oversampling: int = 1

    def _calculate_rewards(self, *args: Any) -> torch.Tensor:
        """The rewards are kept to see which groups differ."""
        self._group_rewards = super()._calculate_rewards(*args)
        return self._group_rewards

    def _generate_and_score_completions(self, inputs: list[dict[str, Any]]) -> Batch:
        network: Any = self.model
        if not network.training:
            return super()._generate_and_score_completions(inputs)
        check_whole_groups(len(inputs), self._group)
        whiten, self.normalize_advantages = self.normalize_advantages, False
        try:
            batch, kept = self._with_signal(inputs)
        finally:
            self.normalize_advantages = whiten
        if whiten:
            batch["advantages"] = self._whitened(batch["advantages"], kept)
        return batch

    @property
    def _group(self) -> int:
        return int(self.num_generations or 0)

    def _with_signal(self, inputs: list[dict[str, Any]]) -> tuple[Batch, int]:
        """A batch of the size of `inputs`, rows with signal first, and how many of them have it."""
        size, asked, batches, masks = len(inputs), 0, [], []
        signal_share = []
        for turn in range(max(1, self.oversampling)):
            rows = inputs if turn == 0 else self._further_prompts(turn, size)
            batches.append(super()._generate_and_score_completions(rows))
            masks.append(self._has_signal(size))
            asked += size
            found = self._everywhere(torch.stack(masks).sum())
            signal_share.append(self._everywhere(masks[-1].float().mean()).mean().item())
            if int(found.min()) >= size:
                break
        batch, kept = merged(batches, masks, size, self._tokenizer.pad_token_id)
        filled = self._everywhere(torch.tensor(float(kept) / size)).mean().item()
        if 0 < filled < 1:
            # The loss is a mean over all seats; empty ones must not shrink it.
            batch["advantages"] = batch["advantages"] / filled
        metrics = self._metrics["train"]
        metrics["filter/with_signal"].append(sum(signal_share) / len(signal_share))
        metrics["filter/filled"].append(filled)
        metrics["filter/asked"].append(asked * self.accelerator.num_processes)
        return batch, kept

    def _has_signal(self, size: int) -> torch.Tensor:
        """For each of this process's rows, whether the rewards of its group differ."""
        weights = self.reward_weights.to(self._group_rewards.device)
        start = self.accelerator.process_index * size
        mine = self._group_rewards[start : start + size]
        rewards = (mine * weights).nansum(dim=1)
        rewards[torch.isnan(mine).all(dim=1)] = torch.nan
        return groups_with_signal(rewards, self._group)

    def _further_prompts(self, turn: int, size: int) -> list[dict[str, Any]]:
        """Prompts for this process, drawn anew: the same after a resume, others in each process."""
        prompts: Any = self.train_dataset
        groups = size // self._group
        processes = self.accelerator.num_processes
        draw = random.Random(f"{self.args.seed} {self.state.global_step} {turn}")
        count = len(prompts)
        wanted = groups * processes
        chosen = draw.sample(range(count), min(wanted, count))
        chosen += draw.choices(range(count), k=wanted - len(chosen))
        first = self.accelerator.process_index * groups
        rows = [prompts[i] for i in chosen[first : first + groups]]
        return [row for row in rows for _ in range(self._group)]

    def _everywhere(self, value: torch.Tensor) -> torch.Tensor:
        """The value of each process, one row each."""
        return gather(value.float().reshape(1).to(self.accelerator.device))

    def _whitened(self, advantages: torch.Tensor, kept: int) -> torch.Tensor:
        """Advantages of the kept rows with mean 0 and deviation 1 over all processes; others 0."""
        mine = advantages[:kept].double()
        sums = torch.stack([mine.sum(), mine.square().sum(), torch.tensor(float(kept))])
        total, squares, count = gather(sums.reshape(1, 3)).sum(dim=0)
        if count < 2:
            return torch.zeros_like(advantages)
        mean = total / count
        deviation = ((squares - count * mean**2) / (count - 1)).clamp(min=0).sqrt()
        result = torch.zeros_like(advantages)
        result[:kept] = ((mine - mean) / (deviation + 1e-4)).to(result.dtype)
        return result


def groups_with_signal(rewards: torch.Tensor, group: int) -> torch.Tensor:
    """For each reward, whether its group of `group` neighbours holds two different ones.

    NaN stands for a response that was not judged: it neither gives nor takes signal.
    """
    rows = rewards.view(-1, group)
    high = torch.nan_to_num(rows, nan=-torch.inf).amax(dim=1)
    low = torch.nan_to_num(rows, nan=torch.inf).amin(dim=1)
    return (high > low + 1e-6).repeat_interleave(group)


def merged(
    batches: Sequence[Batch], masks: Sequence[torch.Tensor], size: int, pad_token: int
) -> tuple[Batch, int]:
    """`size` rows of the batches, those marked in the masks first, and how many are marked.

    Whole groups keep their rows and their advantages as they are; unmarked rows that fill up get
    advantage 0.
    """
    unknown = set(batches[0]) - set(PADDING_SIDE) - set(FLAT)
    if unknown:
        raise SkytError(f"--filter online knows text alone, not {', '.join(sorted(unknown))}")
    marked = torch.cat(list(masks))
    order = torch.cat([marked.nonzero().flatten(), (~marked).nonzero().flatten()])[:size]
    kept = min(int(marked.sum()), size)
    result: Batch = {}
    for key in batches[0]:
        side = PADDING_SIDE.get(key)
        if side is None:
            rows = torch.cat([batch[key] for batch in batches])
        else:
            value = pad_token if key.endswith("_ids") else 0
            tensors = [row for batch in batches for row in batch[key]]
            rows = pad(tensors, padding_value=value, padding_side=side)
        result[key] = rows[order]
    result["advantages"] = result["advantages"].clone()
    result["advantages"][kept:] = 0.0
    return result, kept


def check_whole_groups(rows: int, group: int) -> None:
    """Raises SkytError unless one process's generation batch holds whole groups."""
    if rows % group:
        raise SkytError(
            f"--filter online needs whole groups in each process: its generation batch is {rows}, "
            f"num_generations {group}\n"
            "make per_device_train_batch_size times steps_per_generation a multiple of the group"
        )
