"""`skyt-train rl`: RLOO on TRL, with verdicts as rewards."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from skyt_plugins import get_task
from skyt_plugins.errors import SkytError

from .arguments import parse, say
from .plan import PlanArguments, check_length, memory_gib, model_shape, plan_text
from .reward_list import check_rewards_cover, reward_functions

FILTERS = ("none", "offline", "online")


@dataclass
class PromptArguments:
    """Where the prompts come from and how they are judged."""

    prompts: list[str] | None = field(
        default=None,
        metadata={"help": "Tasks, .jsonl files or hub:<id>[:<split>]; all are mixed."},
    )
    prompt_variant: str = field(default="default", metadata={"help": "Of the tasks' prompts."})
    system_prompt: str | None = field(
        default=None, metadata={"help": "A system turn for all: a name, @FILE, or the text."}
    )
    max_prompt_length: int | None = field(
        default=None, metadata={"help": "Longer prompts (templated, in tokens) are dropped."}
    )
    eval_tasks: list[str] | None = field(
        default=None,
        metadata={"help": "Tasks to evaluate on while training (see --eval_strategy)."},
    )
    overlap: str = field(
        default="refuse",
        metadata={"help": "Benchmark problems among the prompts: refuse, drop, or off."},
    )
    overlap_tasks: list[str] | None = field(
        default=None, metadata={"help": "The benchmarks to check; left out: all."}
    )
    filter: str = field(
        default="none",
        metadata={"help": "Groups all right or all wrong: none (keep), offline, or online."},
    )
    pass_rates: list[str] | None = field(
        default=None, metadata={"help": "For offline: scored runs of `skyt generate`."}
    )
    oversampling: int = field(
        default=2,
        metadata={"help": "For online: ask at most so many times the batch; 1: no refill."},
    )
    rewards: list[str] | None = field(
        default=None,
        metadata={
            "help": "Scorers by name, `task` (each row by its own; the default), `format`, "
            "`length`; `name:weight`, or in YAML {name: code, weight: 1.0, <option>: …}."
        },
    )


def main(argv: Sequence[str], prog: str = "skyt-train rl") -> None:
    """Train with RLOO from `argv`. Raises SkytError for whatever cannot work."""
    from trl import ModelConfig, RLOOConfig

    chosen, planned, training, model = parse(
        (PromptArguments, PlanArguments, RLOOConfig, ModelConfig), argv, prog
    )
    name = check_before_loading(chosen, planned, training, model)
    if planned.dry_run:
        return
    from transformers import AutoTokenizer
    from trl import RLOOTrainer, get_peft_config, get_quantization_config

    from .filtering import SignalRLOOTrainer
    from .running import StopOnBadLoss, init_arguments, train_and_save
    from .samples import SampleTables

    tokenizer = AutoTokenizer.from_pretrained(name, revision=model.model_revision)
    rewards, training.reward_weights = reward_functions(chosen.rewards, _stop_ids(tokenizer))
    rows = training_rows(chosen, tokenizer, training.seed)
    check_rewards_cover(rewards, rows)
    training.model_init_kwargs = init_arguments(model, training)

    kind: type = SignalRLOOTrainer if chosen.filter == "online" else RLOOTrainer

    class Trainer(StopOnBadLoss, SampleTables, kind):  # type: ignore[misc]
        oversampling = chosen.oversampling

    trainer = Trainer(
        model=name,
        reward_funcs=rewards,
        args=training,
        train_dataset=_table(rows),
        eval_dataset=_evaluation(chosen),
        processing_class=tokenizer,
        quantization_config=get_quantization_config(model),
        peft_config=get_peft_config(model),
    )
    train_and_save(trainer, name)


def check_before_loading(
    chosen: PromptArguments, planned: PlanArguments, training: Any, model: Any
) -> str:
    """The model's name. Raises SkytError for what cannot work; prints the plan of a dry run."""
    from .running import check_local_model

    check_choices(chosen, training)
    name = check_local_model(model.model_name_or_path)
    reward_functions(chosen.rewards)
    shape = model_shape(name, model.model_revision)
    length = (chosen.max_prompt_length or 0) + (training.max_completion_length or 0)
    check_length(shape, length, "--max_prompt_length and --max_completion_length together")
    batch = training.per_device_train_batch_size * training.steps_per_generation * planned.gpus
    if batch % training.num_generations:
        raise SkytError(
            f"a generation batch of {batch} over {planned.gpus} processes does not hold whole "
            f"groups of {training.num_generations}"
        )
    if planned.dry_run:
        sources = [source_text(source) for source in chosen.prompts or []]
        memory = memory_gib(
            shape, training, length, planned.gpus, planned.sharding, int(training.beta != 0)
        )
        data = f"{', '.join(sources)}; {batch // training.num_generations} prompts a step"
        print(plan_text(f"rl: RLOO on {name}", training, data, memory))
    return name


def source_text(source: str) -> str:
    """A source of prompts with its number of rows, where that is known without loading."""
    from pathlib import Path

    from .prompts import HUB

    if source.startswith(HUB):
        return source
    if Path(source).suffix in (".jsonl", ".gz"):
        if not Path(source).is_file():
            raise SkytError(f"{source}: no such file")
        return source
    rows = get_task(source).rows
    return f"{source} ({rows} prompts)" if rows else source


def check_choices(chosen: PromptArguments, training: Any) -> None:
    """Raises SkytError for options that do not go together, before anything is loaded."""
    if chosen.filter not in FILTERS:
        raise SkytError(f"--filter {chosen.filter}: one of {', '.join(FILTERS)} is wanted")
    if (chosen.filter == "offline") != bool(chosen.pass_rates):
        raise SkytError("--filter offline and --pass_rates RUN go together")
    if chosen.filter == "online":
        from .filtering import check_whole_groups

        rows = training.per_device_train_batch_size * training.steps_per_generation
        check_whole_groups(rows, training.num_generations)


def training_rows(chosen: PromptArguments, tokenizer: Any, seed: int) -> list[dict[str, Any]]:
    """The prompts of every source, shuffled with `seed`, over-long ones dropped and counted."""
    from .pass_rates import pass_rates, rows_with_signal
    from .prompts import prompt_rows, without_benchmarks, without_long_prompts

    rows = prompt_rows(chosen.prompts or [], chosen.prompt_variant, chosen.system_prompt)
    rows = without_benchmarks(rows, chosen.overlap, chosen.overlap_tasks)
    if chosen.filter == "offline":
        rows, dropped = rows_with_signal(rows, pass_rates(chosen.pass_rates or []))
        counts = ", ".join(f"{count} {why}" for why, count in dropped.items())
        say(f"offline filter: {len(rows)} prompts have signal, dropped are {counts}")
    if chosen.max_prompt_length is not None:
        rows, long = without_long_prompts(rows, tokenizer, chosen.max_prompt_length)
        say(f"{long} prompts of more than {chosen.max_prompt_length} tokens are dropped")
    if not rows:
        raise SkytError("no prompts are left")
    random.Random(seed).shuffle(rows)
    say(f"{len(rows)} prompts from {', '.join(chosen.prompts or [])}")
    return rows


def _table(rows: Sequence[Mapping[str, Any]]) -> Any:
    from datasets import Dataset

    return Dataset.from_list([*map(dict, rows)]).remove_columns("question")


def _evaluation(chosen: PromptArguments) -> Any:
    """The rows of each evaluation task by its name, judged like the training rows; or None."""
    from .prompts import prompt_rows

    return {
        task: _table(prompt_rows([task], chosen.prompt_variant, chosen.system_prompt))
        for task in chosen.eval_tasks or []
    } or None


def _stop_ids(tokenizer: Any) -> list[int]:
    return [i for i in (tokenizer.eos_token_id, tokenizer.pad_token_id) if i is not None]
