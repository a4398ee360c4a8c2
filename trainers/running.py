"""What every trainer here does around TRL's own `train()`: resume, stop on NaN, save, draw."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError

from skyt_plugins.errors import SkytError

from .arguments import say
from .checkpoints import checkpoint_to_resume, complete_checkpoints
from .curves import draw_curves, write_history


class Guard:
    """Mixin for a TRL trainer: a loss that is not finite, or a checkpoint that cannot be written,
    stops the run with what to do; the batch with that loss is saved.
    """

    def training_step(self, model: Any, inputs: Any, num_items_in_batch: Any = None) -> Any:
        loss = super().training_step(model, inputs, num_items_in_batch)  # type: ignore[misc]
        if not torch.isfinite(loss).all():
            args, step = self.args, self.state.global_step + 1  # type: ignore[attr-defined]
            path = Path(args.output_dir) / f"bad_batch_step{step}_rank{args.process_index}.pt"
            path.parent.mkdir(parents=True, exist_ok=True)
            torch.save(inputs, path)
            raise SkytError(
                f"the loss is {float(loss)} at step {step}; the batch is in {path}\n"
                "lower --learning_rate or --max_grad_norm, or look for the row that causes it"
            )
        return loss

    def _save_checkpoint(self, *arguments: Any, **options: Any) -> None:
        with writing(Path(self.args.output_dir)):  # type: ignore[attr-defined]
            super()._save_checkpoint(*arguments, **options)  # type: ignore[misc]


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Turns what torch, safetensors and the system raise on a full disk into a SkytError."""
    try:
        yield
    except (OSError, RuntimeError, SafetensorError) as error:
        good = complete_checkpoints(folder)
        kept = f"the last good checkpoint is {good[-1]}" if good else "no checkpoint is complete"
        raise SkytError(
            f"{folder}: could not write: {error}\n"
            f"{kept}; make room, then go on with --resume_from_checkpoint true"
        ) from error


@contextmanager
def refusals_told() -> Iterator[None]:
    """Turns what TRL and transformers refuse while a trainer is built into a SkytError."""
    try:
        yield
    except (ValueError, ImportError, OSError) as error:
        raise SkytError(" ".join(str(error).split())) from error


def init_arguments(model_args: Any, training_args: Any) -> dict[str, Any]:
    """TRL's keyword arguments for loading the model, from its ModelConfig."""
    chosen = {
        "revision": model_args.model_revision,
        "trust_remote_code": training_args.trust_remote_code,
        "attn_implementation": model_args.attn_implementation,
        "dtype": model_args.dtype,
    }
    return {**chosen, **(training_args.model_init_kwargs or {})}


def train_and_save(trainer: Any, model: str) -> None:
    """Train, from the last good checkpoint where asked; save model, history and curves."""
    args = trainer.args
    folder = Path(args.output_dir)
    checkpoint = checkpoint_to_resume(folder, args.resume_from_checkpoint, model)
    if checkpoint:
        say(f"goes on from {checkpoint}")
    result = trainer.train(resume_from_checkpoint=checkpoint)
    with writing(folder):
        trainer.save_model(args.output_dir)
        if trainer.accelerator.is_main_process:
            write_history(trainer.state.log_history, folder)
            draw_curves(trainer.state.log_history, folder / "curves.png")
            metrics = {k: v for k, v in result.metrics.items() if _is_plain(v)}
            (folder / "train_results.json").write_text(json.dumps(metrics, indent=2) + "\n")
    say(f"model, history.jsonl and curves.png are in {folder}")
    trainer.accelerator.end_training()  # transformers 5.17 has no `trainer.end`
    if args.use_cpu and args.world_size > 1:
        # gloo's thread needs the interpreter's lock to free its last work; torch holds that lock
        # while it waits for the thread, for ever, where the trainer is freed before (seen once).
        time.sleep(0.5)


def _is_plain(value: Any) -> bool:
    return isinstance(value, (int, float)) and math.isfinite(value)
