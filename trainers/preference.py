"""`skyt-train preference`: DPO or SimPO on pairs from `skyt pairs`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from skyt_plugins.errors import SkytError

from .arguments import option, parse, say
from .plan import PlanArguments, check_length, check_model, epoch_steps, print_plan
from .traces import is_on_hub, messages_of, raw_rows, sharegpt_turn

METHODS = ("dpo", "simpo")


@dataclass
class PairArguments:
    """Where the pairs come from and which loss they meet."""

    method: str = field(default="dpo", metadata={"help": "dpo (DPOConfig) or simpo (CPOConfig)."})
    dataset: str | None = field(
        default=None, metadata={"help": "A folder from `skyt pairs`, a file or a hub id."}
    )
    dataset_split: str = field(default="train", metadata={"help": "Split, or file stem."})


def main(argv: Sequence[str], prog: str = "skyt-train preference") -> None:
    """Train on pairs. TRL has SimPO in its experimental CPO trainer, with `loss_type: simpo`."""
    from trl import ModelConfig

    method = option(argv, "method") or "dpo"
    if method not in METHODS:
        raise SkytError(f"--method {method}: one of {', '.join(METHODS)} is wanted")
    config_class, trainer_class = trl_classes(method)
    data, planned, training, model = parse(
        (PairArguments, PlanArguments, config_class, ModelConfig), argv, prog
    )
    if data.dataset is None:
        raise SkytError("no pairs: name a file, folder or hub dataset with --dataset")
    if method == "simpo" and (training.loss_type != "simpo" or training.cpo_alpha != 0):
        raise SkytError("SimPO is --loss_type simpo with --cpo_alpha 0")
    config = check_model(model, training, planned)
    check_length(config, training.max_length, "--max_length")
    name = model.model_name_or_path
    if planned.dry_run:
        pairs = None if is_on_hub(data.dataset) else pair_rows(data.dataset, data.dataset_split)
        epoch = epoch_steps(pairs, training, planned)
        # Both responses of a pair go through the model at once, in DPO through a frozen copy too.
        length, copies = 2 * (training.max_length or 0), int(method == "dpo")
        print_plan(
            f"preference: {method} on {name}", data.dataset, epoch, length, planned, config,
            training, data, model, references=copies,
        )  # fmt: skip
        return
    from datasets import Dataset
    from transformers import AutoTokenizer
    from trl import get_peft_config

    from .running import Guard, init_arguments, refusals_told, train_and_save

    rows = pair_rows(data.dataset, data.dataset_split)
    say(f"{len(rows)} pairs from {data.dataset}")
    training.model_init_kwargs = init_arguments(model, training)
    if method == "simpo":  # this trainer would spread the model over devices by itself
        training.model_init_kwargs = {**training.model_init_kwargs, "device_map": None}

    class Trainer(Guard, trainer_class):  # type: ignore[misc,valid-type]
        pass

    with refusals_told():
        trainer = Trainer(
            model=name,
            args=training,
            train_dataset=Dataset.from_list(rows),
            processing_class=AutoTokenizer.from_pretrained(name, revision=model.model_revision),
            peft_config=get_peft_config(model),
        )
    train_and_save(trainer, name)


def trl_classes(method: str) -> tuple[type, type]:
    """TRL's configuration and trainer for a method."""
    if method == "simpo":
        from trl.experimental.cpo import CPOConfig, CPOTrainer

        return CPOConfig, CPOTrainer
    from trl import DPOConfig, DPOTrainer

    return DPOConfig, DPOTrainer


def pair_rows(source: str, split: str = "train") -> list[dict[str, Any]]:
    """Rows with `prompt`, `chosen` and `rejected` as messages.

    Also reads ShareGPT's `conversations` with `chosen` and `rejected` turns. Raises SkytError.
    """
    rows = [_pair(row, f"{source}:{i}") for i, row in enumerate(raw_rows(source, split), 1)]
    if not rows:
        raise SkytError(f"{source}: no rows")
    return rows


def _pair(row: Mapping[str, Any], place: str) -> dict[str, Any]:
    missing = [key for key in ("chosen", "rejected") if not row.get(key)]
    if missing:
        raise SkytError(f"{place}: the row has no {' and no '.join(missing)}")
    if isinstance(row.get("conversations"), list):
        return {
            "prompt": [sharegpt_turn(turn, place) for turn in row["conversations"]],
            "chosen": [sharegpt_turn(row["chosen"], place)],
            "rejected": [sharegpt_turn(row["rejected"], place)],
        }
    if not row.get("prompt"):
        raise SkytError(f"{place}: the row has no prompt")
    return {
        "prompt": messages_of(row["prompt"], "user", place),
        "chosen": messages_of(row["chosen"], "assistant", place),
        "rejected": messages_of(row["rejected"], "assistant", place),
    }
