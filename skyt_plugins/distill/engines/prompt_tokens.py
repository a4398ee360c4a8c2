"""The tokens of a prompt, the same for every engine that feeds its model tokens."""

from __future__ import annotations

from typing import Any

from .base import Request


def prompt_tokens(tokenizer: Any, request: Request) -> list[int]:
    """The messages through the tokenizer's chat template; a prefill is continued.

    A base model has no template: it gets the turns as plain text, one below the other.
    """
    turns = request.prompt.messages
    if getattr(tokenizer, "chat_template", None) is None:
        return list(tokenizer("\n".join(turn["content"] for turn in turns))["input_ids"])
    text = tokenizer.apply_chat_template(
        turns,
        tokenize=False,
        add_generation_prompt=not request.prefill,
        continue_final_message=bool(request.prefill),
    )
    # The template has written the special tokens already.
    return list(tokenizer(text, add_special_tokens=False)["input_ids"])
