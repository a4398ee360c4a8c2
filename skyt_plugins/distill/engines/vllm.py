"""The engine `vllm/DIR`: vLLM in this process, tensor-parallel where asked.

The engine is fed continuously: as many requests as it can batch are in flight at any time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from vllm import EngineArgs, LLMEngine, SamplingParams
from vllm.sampling_params import RequestOutputKind

from skyt_plugins.errors import SkytError

from .base import Choice, Reply, Request
from .prompt_tokens import prompt_tokens

# vLLM's finish reasons that mean the response was cut off; every other one is an end.
_CUT = "length"


class VllmEngine:
    """Options are vLLM's engine arguments (tensor_parallel_size, dtype, max_model_len, …) and
    in_flight, the number of requests it holds at a time (default: twice its max_num_seqs, so that
    one that ends is followed by one that waits, whatever happens here)."""

    name = "vllm"

    def __init__(self, model: str, in_flight: int = 0, **arguments: Any) -> None:
        self.model = model
        try:
            self.engine = LLMEngine.from_engine_args(EngineArgs(model=model, **arguments))
        except TypeError as error:
            raise SkytError(f"vLLM refuses its arguments: {error}") from error
        except (OSError, ValueError) as error:
            cause = " ".join(str(error).split())[:300]
            raise SkytError(f"vLLM cannot load {model}: {cause}") from error
        config = self.engine.vllm_config
        self.context = config.model_config.max_model_len
        self.in_flight = int(in_flight) or 2 * config.scheduler_config.max_num_seqs
        self.tokenizer = self.engine.get_tokenizer()

    def generate(self, requests: Iterable[Request], sampling: Mapping[str, Any]) -> Iterator[Reply]:
        """Replies, one per sample, as they finish."""
        waiting = iter(self._samples(requests))
        running: dict[str, tuple[Request, int]] = {}
        number = 0
        more = True
        while more or running:
            while more and len(running) < self.in_flight:
                request = next(waiting, None)
                if request is None:
                    more = False
                    break
                tokens = prompt_tokens(self.tokenizer, request)
                if len(tokens) >= self.context:
                    why = f"the prompt has {len(tokens)} tokens, the context {self.context}"
                    yield Reply(request, prompt_tokens=len(tokens), error=why)
                    continue
                number += 1
                running[str(number)] = (request, len(tokens))
                self.engine.add_request(
                    str(number), {"prompt_token_ids": tokens}, self._params(request, sampling)
                )
            for output in self.engine.step() if running else ():
                if output.finished:
                    request, size = running.pop(output.request_id)
                    yield _reply(request, size, output.outputs[0])

    def _samples(self, requests: Iterable[Request]) -> Iterator[Request]:
        for request in requests:
            yield from (request.alone(sample) for sample in request.samples)

    def _params(self, request: Request, sampling: Mapping[str, Any]) -> Any:
        # Else vLLM builds an object for every running request after every step.
        final = RequestOutputKind.FINAL_ONLY
        return SamplingParams(**sampling, seed=request.seed, output_kind=final)

    def close(self) -> None:
        """Let go of the model's memory."""
        del self.engine


def _reply(request: Request, size: int, output: Any) -> Reply:
    finish = _CUT if output.finish_reason == _CUT else (output.finish_reason or "unknown")
    choice = Choice(output.text, finish, len(output.token_ids))
    return Reply(request, [choice], prompt_tokens=size)


def create(model: str, **options: Any) -> VllmEngine:
    return VllmEngine(model, **options)
