"""From an engine's reply to the records of its responses."""

from __future__ import annotations

from collections.abc import Iterator

from .engines.base import Engine, Reply
from .record import Response, clean


def responses(engine: Engine, reply: Reply, sampling: str, step: str) -> Iterator[Response]:
    """The records of one reply: one for each sample that was asked for."""
    request, prompt = reply.request, reply.request.prompt
    tokens, exact = token_counts(reply)
    texts = [(choice.text, choice.finish_reason) for choice in reply.choices]
    if reply.error:
        texts = [("", "refused")] * len(request.samples)
    for position, (text, finish) in enumerate(texts):
        yield Response(
            task=prompt.task,
            problem=clean(prompt.problem),
            sample=request.samples[position],
            task_version=prompt.task_version,
            messages=[{k: clean(v) for k, v in turn.items()} for turn in prompt.messages],
            response=clean(request.prefill + text) if text else "",
            finish_reason=finish,
            error=clean(reply.error),
            prompt_tokens=reply.prompt_tokens,
            completion_tokens=tokens[position] if tokens else 0,
            tokens_exact=exact,
            model=engine.model,
            engine=engine.name,
            sampling=sampling,
            seed=request.seed,
            choice=position,
            choices=len(texts),
            step=step,
        )


def token_counts(reply: Reply) -> tuple[list[int], bool]:
    """(completion tokens of each choice, whether the engine counted each by itself).

    Servers give one total for all choices of a request. It is shared out by length of text, so
    that sums stay right; attributing it to the first choice would make averages of the rest 0.
    """
    known = [choice.tokens for choice in reply.choices]
    if all(count is not None for count in known):
        return [count or 0 for count in known], True
    total = reply.total_tokens or 0
    lengths = [len(choice.text) for choice in reply.choices]
    whole = sum(lengths) or 1
    shares = [total * length // whole for length in lengths]
    for position in range(total - sum(shares)):
        shares[position % len(shares)] += 1
    return shares, len(shares) == 1
