"""What a step would do, without doing it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .generate import prompts_of, sampling_of
from .plan import Inventory
from .prices import Prices
from .prompts import Ask
from .record import to_json
from .store import Run

# English and LaTeX, byte-pair encoders of 100k tokens and more: three to four characters a token.
CHARACTERS_PER_TOKEN = 3.5


def generate_estimate(
    out: Path,
    model: str,
    task: str | None,
    prompts: Path | None,
    ask: Ask,
    sampling: Mapping[str, Any],
    prices: Prices | None = None,
) -> str:
    """How much `generate` would ask, in a few lines."""
    params, n = sampling_of(task, sampling)
    here = Inventory()
    if (out / "run.json").exists():
        here = Inventory.of(Run.reading(out))
    problems = responses = found = characters = 0
    for prompt in prompts_of(task, prompts, ask):
        missing = len(here.missing(prompt, n))
        problems += 1
        responses += missing
        found += n - missing
        characters += missing * sum(len(turn["content"]) for turn in prompt.messages)
    asked = int(characters / CHARACTERS_PER_TOKEN)
    most = responses * int(params["max_tokens"])
    cost = f"\n  costs at most {prices.cost(asked, most)}" if prices else ""
    return (
        f"generate with {model}, n = {n}, {to_json(params)}\n"
        f"  {problems:,} problems from {task or prompts}; {responses:,} responses to ask for, "
        f"{found:,} in {out} already\n"
        f"  about {asked:,} prompt tokens; at most {most:,} completion tokens{cost}"
    )
