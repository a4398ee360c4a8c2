"""vLLM replicas through Ray's own LLM processor (`ray.data.llm`)."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from .base import Choice, Reply
from .prompt_tokens import prompt_tokens
from .protocol import is_too_long
from .ray_replica import reply_row, request_of

if TYPE_CHECKING:
    from .ray import RayEngine

# Arguments of the processor; all others are vLLM's engine arguments.
_PROCESSOR_OPTIONS = (
    "accelerator_type", "runtime_env", "placement_group_config", "max_concurrent_batches",
    "log_engine_metrics",
)  # fmt: skip


def processor_config(engine: RayEngine) -> Any:
    """The configuration of Ray's processor: `num_replicas` engines of tensor_parallel_size each."""
    from ray.data.llm import vLLMEngineProcessorConfig

    arguments = dict(engine.engine_args)
    special = {n: arguments.pop(n) for n in _PROCESSOR_OPTIONS if n in arguments}
    return vLLMEngineProcessorConfig(
        model_source=engine.model,
        engine_kwargs=arguments,
        concurrency=(engine.num_replicas, engine.num_replicas),
        batch_size=engine.batch_size,
        should_continue_on_error=True,
        # The tokens are ours (see `prompt_tokens`) and vLLM writes the text itself: each of these
        # stages would be one more pool of processes, with a CPU each.
        chat_template_stage=False,
        tokenize_stage=False,
        detokenize_stage=False,
        **special,
    )


def processor(engine: RayEngine, sampling: dict[str, Any]) -> Any:
    """Request rows → reply rows: a function of datasets, with Ray's processor in the middle."""
    from ray.data.llm import build_processor

    model, max_tokens = engine.model, int(sampling["max_tokens"])
    context = int(engine.engine_args.get("max_model_len") or context_of(model))

    def preprocess(row: dict[str, Any]) -> dict[str, Any]:
        request = request_of(row["request"])
        tokens = prompt_tokens(_tokenizer(model), request)
        params = {**sampling, "seed": request.seed}
        return {**row, "tokenized_prompt": tokens, "sampling_params": params}

    def finished(row: dict[str, Any]) -> dict[str, str]:
        return finished_row(row, max_tokens, context, _end_tokens(model))

    processed = build_processor(processor_config(engine), preprocess=preprocess)
    # Ray's own `postprocess` does not see the rows that failed.
    return lambda rows: processed(rows).map(finished)


def finished_row(
    row: dict[str, Any], max_tokens: int, context: int, ends: frozenset[int]
) -> dict[str, str]:
    """Our reply row from what the processor gives.

    It keeps no finish reason: a response was cut off where it has all the tokens it may have, or
    filled the context (0: unknown), and the last one is none of `ends`. A prompt beyond the context
    is refused for good; a row that failed otherwise is asked again by the next call.
    """
    request = request_of(row["request"])
    if failure := str(row.get("__inference_error__") or "")[:500]:
        final = is_too_long(failure)
        reply = Reply(request, error=failure if final else "", failed="" if final else failure)
        return reply_row(row["id"], row["request"], reply)
    count, given = int(row["num_generated_tokens"]), int(row["num_input_tokens"])
    full = count >= max_tokens or 0 < context <= count + given
    cut = full and not ends.intersection(row["generated_tokens"][-1:])
    choice = Choice(row["generated_text"], "length" if cut else "stop", count)
    return reply_row(row["id"], row["request"], Reply(request, [choice], prompt_tokens=given))


def context_of(model: str) -> int:
    """The model's context in tokens, by its configuration; 0 where it says none."""
    from transformers import AutoConfig

    config = AutoConfig.from_pretrained(model).get_text_config()
    return int(getattr(config, "max_position_embeddings", None) or 0)


@cache
def _end_tokens(model: str) -> frozenset[int]:
    """The tokens that end a response: the tokenizer's and the generation configuration's."""
    from transformers import GenerationConfig

    try:
        given = GenerationConfig.from_pretrained(model).eos_token_id
    except OSError:  # a model may come without one
        given = None
    found = {_tokenizer(model).eos_token_id, *(given if isinstance(given, list) else [given])}
    return frozenset(token for token in found if token is not None)


@cache
def _tokenizer(model: str) -> Any:
    """Once a worker process."""
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(model)
