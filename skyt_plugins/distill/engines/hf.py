"""The engine `hf/DIR`: transformers in this process, in batches, on CPU or GPU.

Every sample has its own random stream, so a response does not depend on what else is in its batch
and a run that was cut and resumed equals one that was not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import torch
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    LogitsProcessor,
    LogitsProcessorList,
    TemperatureLogitsWarper,
    TopKLogitsWarper,
    TopPLogitsWarper,
)

from skyt_plugins.errors import SkytError

from .base import Choice, Reply, Request
from .prompt_tokens import prompt_tokens

# Rows are sorted by prompt length within so many batches: less padding, nearly the given order.
WINDOW_BATCHES = 8


@dataclass(frozen=True, slots=True)
class _Row:
    request: Request  # for one sample
    tokens: list[int]


class GumbelNoise(LogitsProcessor):
    """Adds each row's own Gumbel noise: the argmax is then a draw from the softmax.

    (E. J. Gumbel 1954; known as the Gumbel-max trick.) It takes the place of `do_sample`, which
    draws all rows from one stream.
    """

    def __init__(self, seeds: list[int], device: torch.device) -> None:
        self.generators = [torch.Generator(device).manual_seed(seed) for seed in seeds]

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        scores = scores.float()
        noise = torch.empty_like(scores)
        for row, generator in zip(noise, self.generators, strict=True):
            row.exponential_(generator=generator)
        return scores - noise.log()


class HfEngine:
    """`model` is a folder or a hub id; options: batch_size (rows), device, dtype, revision."""

    name = "hf"

    def __init__(
        self,
        model: str,
        batch_size: int = 32,
        device: str = "auto",
        dtype: str = "auto",
        revision: str = "main",
    ) -> None:
        self.model = model
        self.batch_size = int(batch_size)
        if device == "auto":
            device = "cuda" if torch.cuda.is_available() else "cpu"
        if Path(model).is_dir() and not (Path(model) / "config.json").exists():
            raise SkytError(f"{model} holds no model (config.json is missing)")
        try:
            self.tokenizer: Any = AutoTokenizer.from_pretrained(
                model, padding_side="left", revision=revision
            )
            self.network: Any = AutoModelForCausalLM.from_pretrained(
                model, dtype=dtype, revision=revision
            )
        except (OSError, ValueError) as error:
            cause = str(error).strip().splitlines()[0]
            raise SkytError(
                f"cannot load the model {model}: {cause}\ngive a folder or a hub id"
            ) from error
        self.network.eval().to(device)
        self.device = torch.device(device)
        if self.tokenizer.pad_token_id is None:
            self.tokenizer.pad_token = self.tokenizer.eos_token
        self.context = getattr(self.network.config, "max_position_embeddings", None) or 1 << 30

    def generate(self, requests: Iterable[Request], sampling: Mapping[str, Any]) -> Iterator[Reply]:
        rows = self._rows(requests)
        while window := list(islice(rows, self.batch_size * WINDOW_BATCHES)):
            fitting = []
            for row in window:
                if len(row.tokens) >= self.context:
                    size = len(row.tokens)
                    why = f"the prompt has {size} tokens, the context {self.context}"
                    yield Reply(row.request, prompt_tokens=size, error=why)
                else:
                    fitting.append(row)
            fitting.sort(key=lambda row: -len(row.tokens))
            for start in range(0, len(fitting), self.batch_size):
                yield from self._batch(fitting[start : start + self.batch_size], sampling)

    def _rows(self, requests: Iterable[Request]) -> Iterator[_Row]:
        for request in requests:
            tokens = prompt_tokens(self.tokenizer, request)
            for sample in request.samples:
                yield _Row(request.alone(sample), tokens)

    @torch.inference_mode()
    def _batch(self, rows: list[_Row], sampling: Mapping[str, Any]) -> list[Reply]:
        padded = self.tokenizer.pad(
            {"input_ids": [row.tokens for row in rows]}, return_tensors="pt"
        ).to(self.device)
        width = padded["input_ids"].shape[1]
        stop = sampling.get("stop")
        output = self.network.generate(
            **padded,
            max_new_tokens=max(self._room(row, sampling) for row in rows),
            do_sample=False,
            logits_processor=self._processors(rows, sampling),
            pad_token_id=self.tokenizer.pad_token_id,
            **({"stop_strings": stop, "tokenizer": self.tokenizer} if stop else {}),
        )
        ends = self._end_tokens()
        return [
            self._reply(row, new[: self._room(row, sampling)], ends, bool(stop))
            for row, new in zip(rows, output[:, width:].tolist(), strict=True)
        ]

    def _room(self, row: _Row, sampling: Mapping[str, Any]) -> int:
        """How many tokens may follow: a limit of the row's own, so that no batch changes it."""
        return min(int(sampling["max_tokens"]), self.context - len(row.tokens))

    def _processors(self, rows: list[_Row], sampling: Mapping[str, Any]) -> LogitsProcessorList:
        temperature = float(sampling["temperature"])
        if temperature == 0:
            return LogitsProcessorList()
        chain: list[LogitsProcessor] = [TemperatureLogitsWarper(temperature)]
        if int(sampling.get("top_k", 0)) > 0:
            chain.append(TopKLogitsWarper(int(sampling["top_k"])))
        if float(sampling["top_p"]) < 1:
            chain.append(TopPLogitsWarper(float(sampling["top_p"])))
        chain.append(GumbelNoise([row.request.seed for row in rows], self.device))
        return LogitsProcessorList(chain)

    def _end_tokens(self) -> set[int]:
        ends = self.network.generation_config.eos_token_id
        found = {self.tokenizer.eos_token_id, *(ends if isinstance(ends, list) else [ends])}
        return {token for token in found if token is not None}

    def _reply(self, row: _Row, new: list[int], ends: set[int], stopping: bool) -> Reply:
        end = next((i for i, token in enumerate(new) if token in ends), None)
        count = len(new) if end is None else end + 1
        text = self.tokenizer.decode(
            new[: count if end is None else end], skip_special_tokens=False
        )
        if end is None and stopping:
            # A row that met a stop string is padded from there on.
            padding = self.tokenizer.pad_token_id
            trimmed = len(new)
            while trimmed and new[trimmed - 1] == padding:
                trimmed -= 1
            if trimmed < len(new):
                text, count, end = self.tokenizer.decode(new[:trimmed]), trimmed, trimmed
        choice = Choice(text, "length" if end is None else "stop", count)
        return Reply(row.request, [choice], prompt_tokens=len(row.tokens))

    def close(self) -> None:
        """Nothing to hand back."""


def create(model: str, **options: Any) -> HfEngine:
    return HfEngine(model, **options)
