"""OpenAI's chat completions on the wire: the request's body, the reply, what an error means."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from .base import Choice, Reply, Request


class Malformed(Exception):
    """The server said 200 but the body is not a completion."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What an error status means for the request: `kind` is one of

    refused     for good (too long, filtered): recorded
    rate        too many requests: this key rests
    key         the key is wrong
    several     this server gives one choice a request
    limit_name  this model wants max_completion_tokens
    fatal       no request of this kind will ever pass
    passing     worth another try
    """

    kind: str
    text: str


def body(model: str, request: Request, sampling: Mapping[str, Any], limit_name: str) -> bytes:
    """The JSON to post."""
    data: dict[str, Any] = {
        "model": model,
        "messages": request.prompt.messages,
        "seed": request.seed,
        **sampling,
    }
    if limit_name != "max_tokens":
        data[limit_name] = data.pop("max_tokens")
    if len(request.samples) > 1:
        data["n"] = len(request.samples)
    if request.prefill:  # vLLM and SGLang: go on with the last message instead of a new turn
        data["continue_final_message"] = True
        data["add_generation_prompt"] = False
    try:
        return orjson.dumps(data)
    except TypeError:  # a lone surrogate, or a number that orjson does not know
        return json.dumps(data, ensure_ascii=False).encode("utf-8", "replace")


def reply_of(request: Request, text: str) -> Reply:
    """The reply in a body. Choices beyond those asked for are dropped. Raises Malformed."""
    try:
        data = orjson.loads(text)
        choices = sorted(data["choices"], key=lambda choice: choice.get("index", 0))
        usage = data.get("usage") or {}
        total = usage.get("completion_tokens")
        found = [_choice(choice) for choice in choices[: len(request.samples)]]
        if not found:
            raise Malformed("a completion without choices")
        if total is not None and len(choices) == 1:
            found = [Choice(found[0].text, found[0].finish_reason, int(total))]
        return Reply(
            request,
            found,
            prompt_tokens=int(usage.get("prompt_tokens") or 0),
            total_tokens=int(total) if total is not None else None,
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Malformed(f"not a completion ({error!r:.80}): {text[:120]}") from error


def _choice(choice: Mapping[str, Any]) -> Choice:
    message = choice["message"]
    said = message.get("content")
    thought = message.get("reasoning_content") or message.get("reasoning")
    finish = choice.get("finish_reason") or "unknown"
    if said is not None and not isinstance(said, str):
        raise TypeError("content is not a text")
    if thought:
        # Servers with a reasoning parser cut the tags away; the record keeps one text. Thinking
        # that was cut off stays open, so that nothing in it counts as an answer.
        closed = bool(said) or finish != "length"
        said = f"<think>\n{thought}\n" + (f"</think>\n\n{said or ''}" if closed else "")
    return Choice(said or "", finish, None)


_TOO_LONG = re.compile(
    r"context|too long|too large|maximum.{0,40}(length|tokens)|exceeds?\b.{0,60}(length|tokens)",
    re.IGNORECASE | re.DOTALL,
)
_SEVERAL = re.compile(
    r"['\"`]n['\"`]|\bn\s*(=|>|must|is not)|best_of|multiple (choices|completions)"
)


def is_too_long(text: str) -> bool:
    """Whether an error says that the prompt does not fit the model's context."""
    return bool(_TOO_LONG.search(text))


def problem_of(status: int, text: str, several: bool) -> Problem:
    """What a status other than 200 means; `several`: the request asked for more than one choice."""
    told = f"{status}: {_message(text)}"
    if status == 429:
        if "insufficient_quota" in text:
            return Problem("key", told)
        return Problem("rate", told)
    if status in (401, 403):
        return Problem("key", told)
    if status in (400, 413, 422):
        if "max_completion_tokens" in text:
            return Problem("limit_name", told)
        if "content_filter" in text or "content_policy" in text:
            return Problem("refused", told)
        if status == 413 or is_too_long(text):
            return Problem("refused", told)
        if several and _SEVERAL.search(text):
            return Problem("several", told)
        return Problem("fatal", told)
    if status in (404, 405):
        return Problem("fatal", told)
    return Problem("passing", told)


def _message(text: str) -> str:
    try:
        found = json.loads(text)
        error = found.get("error", found) if isinstance(found, dict) else found
        if isinstance(error, dict):
            error = error.get("message") or error.get("detail") or error
        text = error if isinstance(error, str) else json.dumps(error)
    except ValueError:
        pass
    return " ".join(text.split())[:300]
