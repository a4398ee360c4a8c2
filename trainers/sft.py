"""`skyt-train sft`: supervised training on traces with TRL's SFTTrainer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from skyt_plugins.errors import SkytError

from .arguments import parse, say
from .plan import PlanArguments, check_length, check_model, epoch_steps, print_plan
from .traces import is_on_hub, trace_rows


@dataclass
class TraceArguments:
    """Where the traces come from."""

    dataset: str | None = field(
        default=None,
        metadata={"help": "A folder from `skyt export`, a .jsonl/.json/.parquet file or a hub id."},
    )
    dataset_split: str = field(default="train", metadata={"help": "Split, or file stem."})
    max_rows: int | None = field(default=None, metadata={"help": "Use the first rows only."})


def main(argv: Sequence[str], prog: str = "skyt-train sft") -> None:
    """Train; the prompt is not learned, only the completion (TRL's completion-only loss)."""
    from trl import ModelConfig, SFTConfig

    data, planned, training, model = parse(
        (TraceArguments, PlanArguments, SFTConfig, ModelConfig), argv, prog
    )
    if data.dataset is None:
        raise SkytError("no traces: name a file, folder or hub dataset with --dataset")
    config = check_model(model, training, planned)
    check_length(config, training.max_length, "--max_length")
    name = model.model_name_or_path
    if planned.dry_run:
        traces = None if is_on_hub(data.dataset) else training_rows(data)
        epoch = epoch_steps(traces, training, planned)
        length = training.max_length or 0
        title = f"sft: {name}"
        print_plan(title, data.dataset, epoch, length, planned, config, training, data, model)
        return
    from datasets import Dataset
    from trl import SFTTrainer, get_peft_config, get_quantization_config

    from .running import Guard, init_arguments, refusals_told, train_and_save

    rows = training_rows(data)
    say(f"{len(rows)} traces from {data.dataset}")
    training.model_init_kwargs = init_arguments(model, training)

    class Trainer(Guard, SFTTrainer):
        pass

    with refusals_told():
        trainer = Trainer(
            model=name,
            args=training,
            train_dataset=Dataset.from_list(rows),
            quantization_config=get_quantization_config(model),
            peft_config=get_peft_config(model),
        )
    say(f"chat template: {template_fate(trainer.processing_class, training)}")
    train_and_save(trainer, name)


def training_rows(data: TraceArguments) -> list[dict[str, Any]]:
    """The traces that are asked for."""
    return trace_rows(data.dataset or "", data.dataset_split)[: data.max_rows]


def template_fate(tokenizer: object, training: object) -> str:
    """One line that says which chat template the model leaves with."""
    path = getattr(training, "chat_template_path", None)
    if path:
        return f"replaced by that of {path}, saved with the model"
    if getattr(tokenizer, "chat_template", None):
        return "the model's own, saved with it unchanged"
    return "none; the model has none and will be asked in plain text"
