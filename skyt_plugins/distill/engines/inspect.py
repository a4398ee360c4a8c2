"""The engine `inspect/PROVIDER/MODEL`: whatever Inspect can reach, through its own clients.

Inspect does the retries, rate limits and provider differences; here requests are only kept in
flight and replies handed on as they come.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from inspect_ai.model import (
    ChatMessage,
    ChatMessageAssistant,
    ChatMessageSystem,
    ChatMessageUser,
    GenerateConfig,
    get_model,
)

from skyt_plugins.errors import SkytError

from ..sources.inspect_log import FINISH, message_text
from .base import Choice, Reply, Request
from .event_loop import Put, results

_TURNS = {
    "system": ChatMessageSystem,
    "user": ChatMessageUser,
    "assistant": ChatMessageAssistant,
}


class InspectEngine:
    """Options: concurrency (requests in flight), base_url, and the provider's model arguments."""

    name = "inspect"

    def __init__(
        self, model: str, concurrency: int = 32, base_url: str = "", **arguments: Any
    ) -> None:
        self.model = model
        self.concurrency = int(concurrency)
        try:
            self.client = get_model(
                model,
                base_url=base_url or None,
                config=GenerateConfig(max_connections=self.concurrency),
                memoize=False,
                **arguments,
            )
        except Exception as error:  # each provider raises its own kinds
            cause = " ".join(str(error).split())[:300]
            raise SkytError(f"Inspect cannot reach {model}: {cause}") from error

    def generate(self, requests: Iterable[Request], sampling: Mapping[str, Any]) -> Iterator[Reply]:
        """One request per sample, `concurrency` in flight."""
        return results(lambda put: self._run(iter(requests), sampling, put))

    async def _run(
        self, requests: Iterator[Request], sampling: Mapping[str, Any], put: Put[Reply]
    ) -> None:
        alone = (request.alone(s) for request in requests for s in request.samples)

        async def worker() -> None:
            for request in alone:
                put(await self._ask(request, sampling))

        await asyncio.gather(*(worker() for _ in range(self.concurrency)))

    async def _ask(self, request: Request, sampling: Mapping[str, Any]) -> Reply:
        turns: list[ChatMessage] = [
            _TURNS[turn["role"]](content=turn["content"]) for turn in request.prompt.messages
        ]
        config = GenerateConfig(**sampling, seed=request.seed)
        try:
            output = await self.client.generate(turns, config=config)
        except Exception as error:  # Inspect has retried what is worth a retry
            return Reply(request, failed=f"{type(error).__name__}: {error}"[:500])
        if not output.choices:
            return Reply(request, failed=output.error or "no choice in the output")
        choice = output.choices[0]
        count = output.usage.output_tokens if output.usage else None
        finish = FINISH.get(choice.stop_reason, choice.stop_reason or "unknown")
        return Reply(
            request,
            [Choice(message_text(choice.message), finish, count)],
            prompt_tokens=output.usage.input_tokens if output.usage else 0,
        )

    def close(self) -> None:
        """Nothing is held between calls."""


def create(model: str, **options: Any) -> InspectEngine:
    return InspectEngine(model, **options)
