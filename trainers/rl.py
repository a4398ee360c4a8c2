"""`skyt-train rl`: RLOO on TRL, with verdicts as rewards."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from skyt_plugins import get_task
from skyt_plugins.errors import SkytError

from .arguments import parse, say
from .plan import PlanArguments, check_length, check_model, print_plan
from .prompts import HUB, is_file, prompt_rows, without_benchmarks, without_long_prompts
from .reward_list import check_rewards_cover, reward_functions, side_by_side

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
    check_before_loading(chosen, planned, training, model)
    if planned.dry_run:
        return
    from transformers import AutoTokenizer
    from trl import get_peft_config, get_quantization_config

    from .filtering import JudgedRLOOTrainer, SignalRLOOTrainer
    from .running import Guard, init_arguments, refusals_told, train_and_save
    from .samples import SampleTables

    name = model.model_name_or_path
    with refusals_told():
        tokenizer = AutoTokenizer.from_pretrained(name, revision=model.model_revision)
    rewards, training.reward_weights = reward_functions(chosen.rewards)
    rows = training_rows(chosen, tokenizer, training.seed)
    evaluation = {task: _rows_of([task], chosen) for task in chosen.eval_tasks or []}
    for judged in (rows, *evaluation.values()):
        check_rewards_cover(rewards, judged)
    check_enough(rows, training)
    training.model_init_kwargs = init_arguments(model, training)

    kind = SignalRLOOTrainer if chosen.filter == "online" else JudgedRLOOTrainer

    class Trainer(Guard, SampleTables, kind):  # type: ignore[misc,valid-type]
        oversampling = chosen.oversampling

    with refusals_told():
        trainer = Trainer(
            model=name,
            reward_funcs=side_by_side(rewards),
            args=training,
            train_dataset=_table(rows),
            eval_dataset={task: _table(judged) for task, judged in evaluation.items()} or None,
            processing_class=tokenizer,
            quantization_config=get_quantization_config(model),
            peft_config=get_peft_config(model),
        )
    for reward in rewards:  # what ends a response is known to the trainer, from model and tokenizer
        reward.stop_ids = frozenset([*trainer.eos_token_ids, tokenizer.pad_token_id])
    train_and_save(trainer, name)


def check_before_loading(
    chosen: PromptArguments, planned: PlanArguments, training: Any, model: Any
) -> None:
    """Raises SkytError for what cannot work; prints the plan of a dry run."""
    check_choices(chosen, training)
    rewards, _ = reward_functions(chosen.rewards)
    config = check_model(model, training, planned)
    length = (chosen.max_prompt_length or 0) + (training.max_completion_length or 0)
    check_length(config, length, "--max_prompt_length and --max_completion_length together")
    if planned.dry_run:
        sources = [source_rows(source) for source in chosen.prompts or []]
        for rows, _ in sources:
            check_rewards_cover(rewards, rows)
        title = f"rl: RLOO on {model.model_name_or_path}"
        data, epoch = data_plan(chosen.prompts or [], [count for _, count in sources], training)
        print_plan(
            title, data, epoch, length, planned, config, training, chosen, model,
            references=int(training.beta != 0),
        )  # fmt: skip


def source_rows(source: str) -> tuple[list[dict[str, Any]], int | None]:
    """Rows that show what is in a source of prompts, and how many there are where that is known.

    Files are read; of a task, which may be a large dataset, its scorer is enough.
    """
    if source.startswith(HUB):
        return [], None
    if is_file(source):
        rows = prompt_rows([source])
        return rows, len(rows)
    task = get_task(source)
    return [{"task": task.name, "scorer": task.scorer}], task.rows or None


def data_plan(
    sources: Sequence[str], counts: Sequence[int | None], training: Any
) -> tuple[str, int | None]:
    """The data in a line, and how many steps go through them, where their number is known."""
    named = ", ".join(
        f"{source} ({count} prompts)" if count else source
        for source, count in zip(sources, counts, strict=True)
    )
    batch = training.generation_batch_size // training.num_generations
    text = f"{named}; {batch} prompts x {training.num_generations} responses a generation"
    known = [count for count in counts if count is not None]
    if len(known) < len(counts):
        return text, None
    steps = training.num_iterations * training.steps_per_generation
    return text, sum(known) // batch * steps // training.gradient_accumulation_steps


def check_choices(chosen: PromptArguments, training: Any) -> None:
    """Raises SkytError for options that do not go together, before anything is loaded."""
    if chosen.filter not in FILTERS:
        raise SkytError(f"--filter {chosen.filter}: one of {', '.join(FILTERS)} is wanted")
    if (chosen.filter == "offline") != bool(chosen.pass_rates):
        raise SkytError("--filter offline and --pass_rates RUN go together")
    if (training.eval_strategy != "no") != bool(chosen.eval_tasks):
        raise SkytError("--eval_tasks and --eval_strategy steps (or epoch) go together")
    for task in chosen.eval_tasks or []:
        get_task(task)
    if chosen.filter == "online":
        from .filtering import check_whole_groups

        rows = training.per_device_train_batch_size * training.steps_per_generation
        check_whole_groups(rows, training.num_generations)


def check_enough(rows: Sequence[Any], training: Any) -> None:
    """Raises SkytError for fewer prompts than one generation asks: TRL would train no step."""
    wanted = training.generation_batch_size // training.num_generations
    if len(rows) < wanted:
        raise SkytError(
            f"{len(rows)} prompts, but one generation asks {wanted}\n"
            "more prompts are wanted, or a smaller batch"
        )


def training_rows(chosen: PromptArguments, tokenizer: Any, seed: int) -> list[dict[str, Any]]:
    """The prompts of every source, shuffled with `seed`, over-long ones dropped and counted."""
    from .pass_rates import pass_rates, rows_with_signal

    rows = _rows_of(chosen.prompts or [], chosen)
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


def _rows_of(sources: Sequence[str], chosen: PromptArguments) -> list[dict[str, Any]]:
    return prompt_rows(sources, chosen.prompt_variant, chosen.system_prompt)
