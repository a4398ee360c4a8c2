"""The layouts of training rows, each made from the messages that were sent and the response."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .record import Message

Row = dict[str, Any]
Shape = Callable[[list[Message], str], Row]


def turns(messages: list[Message], system: str | None) -> list[Message]:
    """The prompt's turns without a prefill (the response holds it); `system` replaces system turns
    unless it is None, and "" removes them."""
    kept = [m for m in messages if m["role"] != "system" or system is None]
    if kept and kept[-1]["role"] == "assistant":
        kept = kept[:-1]
    return [{"role": "system", "content": system}, *kept] if system else kept


def messages_row(prompt: list[Message], response: str) -> Row:
    """Chat messages, as TRL and most trainers read them."""
    return {"messages": [*prompt, {"role": "assistant", "content": response}]}


def sharegpt_row(prompt: list[Message], response: str) -> Row:
    """ShareGPT as in Sky-T1_data_17k: `system`, and `conversations` with from and value."""
    system = "\n".join(m["content"] for m in prompt if m["role"] == "system")
    conversations = [
        {"from": m["role"], "value": m["content"]} for m in prompt if m["role"] != "system"
    ]
    return {
        "system": system,
        "conversations": [*conversations, {"from": "assistant", "value": response}],
    }


def prompt_completion_row(prompt: list[Message], response: str) -> Row:
    """TRL's conversational prompt and completion: the loss falls on the completion alone."""
    return {"prompt": prompt, "completion": [{"role": "assistant", "content": response}]}


FORMATS: dict[str, Shape] = {
    "messages": messages_row,
    "sharegpt": sharegpt_row,
    "prompt-completion": prompt_completion_row,
}
