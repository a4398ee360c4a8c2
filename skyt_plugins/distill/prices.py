"""What tokens cost: a server's prices, in its own currency, per million tokens."""

from __future__ import annotations

from typing import NamedTuple

from skyt_plugins.errors import SkytError


class Prices(NamedTuple):
    """Per million tokens sent and per million tokens received."""

    prompt: float
    completion: float

    def cost(self, prompt_tokens: int, completion_tokens: int) -> str:
        """What so many tokens cost, for a person."""
        total = prompt_tokens * self.prompt + completion_tokens * self.completion
        return f"{total / 1e6:,.2f} at {self.prompt:g} and {self.completion:g} per million tokens"


def prices_of(text: str) -> Prices | None:
    """Prices as given on a command line, `IN,OUT`; None for ''. Raises SkytError."""
    if not text:
        return None
    try:
        prompt, completion = map(float, text.split(","))
    except ValueError:
        prompt = completion = -1.0
    if not (0 <= prompt < float("inf") and 0 <= completion < float("inf")):
        raise SkytError(
            f"--prices {text}: two numbers are wanted, per million tokens sent and received, "
            "e.g. --prices 0.15,0.60"
        )
    return Prices(prompt, completion)
