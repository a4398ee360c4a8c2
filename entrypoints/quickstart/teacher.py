"""An imperfect teacher for sums: hasty, and given to shortcuts."""

from __future__ import annotations

import random
from dataclasses import dataclass


@dataclass(frozen=True)
class Teacher:
    """Chances: `slip` of a wrong digit in a column, `guesses` of an answer without any reasoning
    (made with the same slips: the teacher adds in its head), and `skips`, among the answers with
    reasoning, of adding digit by digit from the left, where no carry is known yet.

    A verifier that sees answers alone accepts that shortcut wherever no column carries.
    """

    slip: float = 0.1
    guesses: float = 0.4
    skips: float = 0.5

    def response(self, a: int, b: int, rng: random.Random) -> str:
        """One response to "what is a + b?": perhaps thinking, then an answer in a box."""
        guesses, skips = rng.random() < self.guesses, rng.random() < self.skips
        way = self._from_the_left if skips and not guesses else self._with_carries
        lines, total = way(str(a), str(b), rng)
        answer = f"\\boxed{{{total}}}"
        return answer if guesses else "\n".join(["<think>", *lines, "</think>", answer])

    def _from_the_left(self, a: str, b: str, rng: random.Random) -> tuple[list[str], str]:
        """A line for each digit, with the total so far; wrong where a column carries."""
        lines, total = ["From the left."], ""
        for place, (x, y) in enumerate(zip(a, b, strict=True)):
            value = self._slipped(int(x) + int(y), rng)
            total += str(value if place == 0 else value % 10)
            lines.append(f"{x}+{y}={value},{total}")
        return lines, total

    def _with_carries(self, a: str, b: str, rng: random.Random) -> tuple[list[str], str]:
        """A line for each column from the right, with the digits so far."""
        lines, total, carry = ["From the right, with carries."], "", 0
        for place, (x, y) in enumerate(zip(a[::-1], b[::-1], strict=True), 1):
            value = self._slipped(int(x) + int(y) + carry, rng)
            total = f"{value if place == len(a) else value % 10}{total}"
            lines.append(f"{x}+{y}+{carry}={value},{total}")
            carry = value // 10
        return lines, total

    def _slipped(self, value: int, rng: random.Random) -> int:
        return max(0, value + rng.choice((-1, 1))) if rng.random() < self.slip else value
