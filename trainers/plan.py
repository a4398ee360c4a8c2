"""What a run will do, told before any weights load; and refusals of what cannot work."""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from skyt_plugins.errors import SkytError

from .checkpoints import checkpoint_to_resume

TRACKERS = ("tensorboard", "trackio", "wandb")
SHARDINGS = ("none", "ddp", "cpu", "zero2", "zero3", "zero3_offload", "fsdp2")
# Bytes a parameter: weights and gradients in 16 bits and Adam's two moments and master weights in
# 32 (2 + 2 + 12), or everything in 32 bits (4 + 4 + 8): 16 either way (ZeRO, arXiv 1910.02054).
WEIGHTS, GRADIENTS, OPTIMIZER = 4, 4, 8
# Bytes per token and hidden unit inside one layer while it is computed, flash attention
# (Korthikanti et al., arXiv 2205.05198, equation 1 without its quadratic term).
INSIDE_LAYER = 34
GIB = 1 << 30
# Fields that follow from others, or from the dry run itself.
DERIVED = {"generation_batch_size", "steps_per_generation", "run_name", "use_cpu", "output_dir"}
DERIVED |= {"activation_checkpointing", "deepspeed"}


@dataclass
class PlanArguments:
    """The dry run."""

    dry_run: bool = field(default=False, metadata={"help": "Check, show the plan, stop."})
    gpus: int = field(default=1, metadata={"help": "Processes to plan for in a dry run."})
    sharding: str = field(
        default="none", metadata={"help": f"To plan for: {', '.join(SHARDINGS)}."}
    )


@dataclass(frozen=True)
class Shape:
    """What memory depends on."""

    parameters: int
    layers: int
    hidden: int
    vocabulary: int


def check_model(model: Any, training: Any, planned: PlanArguments) -> Any:
    """The model's configuration; None in a dry run where it is out of reach.

    Raises SkytError where no model is named or none can be had under that name, for packages that
    a real run lacks, and for a checkpoint to resume that does not fit.
    """
    from transformers import AutoConfig

    if not planned.dry_run:
        check_packages(training, model)
    name = model.model_name_or_path
    if not name:
        raise SkytError("no model: name one with --model_name_or_path")
    path = Path(name)
    looks_local = name.startswith((".", "/", "~")) or name.count("/") > 1 or path.exists()
    if looks_local and not (path / "config.json").is_file():
        raise SkytError(f"model {name}: no config.json there")
    check_trackers(training.report_to)
    checkpoint_to_resume(Path(training.output_dir), training.resume_from_checkpoint, name)
    try:
        return AutoConfig.from_pretrained(
            name, revision=model.model_revision, trust_remote_code=training.trust_remote_code
        )
    except (OSError, ValueError) as error:
        if planned.dry_run:
            return None
        raise SkytError(f"model {name}: {str(error).splitlines()[0]}") from error


def check_trackers(names: Sequence[str]) -> None:
    """Raises SkytError for a name that transformers has no integration for."""
    from transformers.integrations.integration_utils import INTEGRATION_TO_CALLBACK as KNOWN

    if unknown := [name for name in names if name not in KNOWN]:
        known = ", ".join(("none", "all", *sorted(KNOWN)))
        raise SkytError(f"--report_to {unknown[0]}: one of {known} is wanted")


def check_package(name: str, why: str, install: str | None = None) -> None:
    """Raises SkytError where a package that an option asks for is not installed."""
    if importlib.util.find_spec(name) is None:
        raise SkytError(f"{why} needs {name}: pip install '{install or name}'")


def check_packages(training: Any, model: Any) -> None:
    """Raises SkytError for a package that the configuration asks for and that is not there."""
    if getattr(training, "use_vllm", False):
        check_package("vllm", "--use_vllm", "skyt[vllm]")
    if model.use_peft:
        check_package("peft", "--use_peft")
    for name in training.report_to:
        if (
            name in TRACKERS and importlib.util.find_spec(f"{name}X") is None
        ):  # tensorboardX will do
            check_package(name, f"--report_to {name}")


def model_shape(config: Any) -> Shape:
    """The shape of the model that a configuration describes, without its weights.

    For a dry run alone: where ZeRO-3 is on, DeepSpeed takes hold of every model that is made.
    """
    import torch
    from transformers import AutoModelForCausalLM

    with torch.device("meta"):
        model = AutoModelForCausalLM.from_config(config)
    text = config.get_text_config()
    return Shape(
        parameters=sum(p.numel() for p in model.parameters()),
        layers=text.num_hidden_layers,
        hidden=text.hidden_size,
        vocabulary=text.vocab_size,
    )


def check_length(config: Any, wanted: int | None, what: str) -> None:
    """Raises SkytError where sequences would be longer than the model's positions."""
    text = config.get_text_config() if config is not None else None
    positions = getattr(text, "max_position_embeddings", None)
    if wanted is not None and positions is not None and wanted > positions:
        raise SkytError(f"{what}: {wanted} tokens, but the model has {positions} positions")


def memory_gib(
    config: Any, training: Any, length: int, planned: PlanArguments, references: int = 0
) -> dict[str, float] | None:
    """Estimated GiB on each GPU by purpose; None for a model whose configuration is not known.

    Errs by tens of percent: kernels and fragments differ. `references` counts frozen copies of the
    model; `length` is tokens per sequence.
    """
    gpus, sharding = planned.gpus, planned.sharding
    if sharding not in SHARDINGS:
        raise SkytError(f"--sharding {sharding}: one of {', '.join(SHARDINGS)} is wanted")
    if config is None:
        return None
    shape = model_shape(config)
    whole = sharding in ("none", "ddp", "cpu")
    weights = shape.parameters * WEIGHTS / (gpus if sharding in ("zero3", "fsdp2") else 1)
    states = shape.parameters * (GRADIENTS + OPTIMIZER) / (1 if whole else gpus)
    if sharding == "zero3_offload":  # on the GPU only what is being computed: two layers in 16 bits
        weights = shape.parameters / shape.layers * 2 * 2
        states = shape.parameters / shape.layers * GRADIENTS
    rows = training.per_device_train_batch_size
    token_bytes = rows * length * shape.hidden
    if training.gradient_checkpointing:
        activations = token_bytes * (2 * shape.layers + INSIDE_LAYER)
    else:
        activations = token_bytes * INSIDE_LAYER * shape.layers
    logits = rows * length * shape.vocabulary * 6  # 16-bit logits and their 32-bit softmax
    parts = {
        "weights": weights,
        "gradients and optimizer": states,
        "reference model": references * weights,
        "activations": activations,
        "logits (less with a fused head)": logits,
    }
    return {name: value / GIB for name, value in parts.items() if value}


def print_plan(
    title: str,
    data: str,
    epoch: int | None,
    length: int,
    planned: PlanArguments,
    config: Any,
    training: Any,
    *others: Any,
    references: int = 0,
) -> None:
    """Print the plan: data, batch, steps, memory, and the settings that are not the defaults.

    `epoch` is how many steps go through all data once, where that is known; `others` are further
    configurations whose settings are shown; `length` and `references` are those of `memory_gib`.
    """
    memory = memory_gib(config, training, length, planned, references)
    rows, accumulated = training.per_device_train_batch_size, training.gradient_accumulation_steps
    steps = f"{training.num_train_epochs:g} epochs of unknown length"
    if training.max_steps > 0:
        steps = str(training.max_steps)
    elif epoch is not None:
        steps = f"{math.ceil(training.num_train_epochs * epoch)}"
    lines = [
        title,
        f"  data: {data}",
        f"  effective batch: {effective_batch(training, planned)} sequences a step "
        f"({rows} x {accumulated} accumulated x {planned.gpus} GPUs)",
        f"  steps: {steps}",
    ]
    if memory is None:
        lines.append("  memory: unknown, the model's configuration could not be read")
    else:
        parts = ", ".join(f"{name} {value:.2f}" for name, value in memory.items())
        lines.append(f"  memory a GPU: about {sum(memory.values()):.2f} GiB ({parts})")
    lines.append("  settings that are not the defaults:")
    for settings in (training, *others):
        for name, value in changed_settings(settings).items():
            lines.append(f"    {name}: {value}")
    print("\n".join(lines))


def effective_batch(training: Any, planned: PlanArguments) -> int:
    """Sequences that one optimizer step learns from, over all processes."""
    each = training.per_device_train_batch_size * training.gradient_accumulation_steps
    return int(each * planned.gpus)


def epoch_steps(rows: Sequence[Any] | None, training: Any, planned: PlanArguments) -> int | None:
    """Optimizer steps that go through `rows` once; None where they are not known."""
    return None if rows is None else math.ceil(len(rows) / effective_batch(training, planned))


def changed_settings(settings: Any) -> dict[str, Any]:
    """The fields of a configuration that differ from a fresh one's."""
    kind = type(settings)
    needs = {"output_dir": "x", "bf16": False, "use_cpu": True} if hasattr(kind, "bf16") else {}
    fresh = kind(**needs)
    found = {}
    for entry in fields(settings):
        value = getattr(settings, entry.name)
        if (
            entry.name.startswith("_")
            or entry.name in DERIVED
            or value == getattr(fresh, entry.name)
        ):
            continue
        if isinstance(value, (str, int, float, list, dict)):
            found[entry.name] = getattr(value, "value", value)
    return found
