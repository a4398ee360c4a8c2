"""The rules of rejection sampling that the step `select` follows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from skyt_plugins.errors import SkytError

from .frame import OUTCOMES

PREFERENCES = ("shortest", "longest", "random", "first")


@dataclass(frozen=True)
class Rules:
    """What to keep.

    `outcomes` kept; `per_problem` responses at most (0: all), by `prefer`; tokens within bounds
    (0: no bound); `truncated`: keep cut-off responses too; `dedupe` none, exact or near;
    `overlap` refuse, drop or off: what to do with problems that occur in the tasks `against`
    (None: all evaluation tasks that can be read); `mixture` task → count, or → "3x" parts of a
    whole; `total`: so many responses at most, drawn at random (0: all); `rewritten_only`: leave
    out responses without an accepted rewrite.
    """

    outcomes: Sequence[str] = ("correct",)
    per_problem: int = 0
    prefer: str = "shortest"
    min_tokens: int = 0
    max_tokens: int = 0
    truncated: bool = False
    dedupe: str = "exact"
    overlap: str = "refuse"
    against: Sequence[str] | None = None
    mixture: Mapping[str, int | str] = field(default_factory=dict)
    total: int = 0
    rewritten_only: bool = False
    seed: int = 41

    def check(self) -> None:
        """Raises SkytError for a value that no rule has."""
        for name, value, known in (
            ("prefer", self.prefer, PREFERENCES),
            ("dedupe", self.dedupe, ("none", "exact", "near")),
            ("overlap", self.overlap, ("refuse", "drop", "off")),
            *(("outcomes", outcome, OUTCOMES) for outcome in self.outcomes),
        ):
            if value not in known:
                raise SkytError(f"{name} is {value!r}; it must be one of {', '.join(known)}")


def mixture_counts(mixture: Mapping[str, int | str], here: Mapping[str, int]) -> dict[str, int]:
    """How many of each task: counts as given; parts ("3x") scaled to what is `here`."""
    for task in mixture:
        if task not in here:
            known = ", ".join(sorted(here)) or "none"
            raise SkytError(f"mixture: no kept response is of task {task!r}; there is {known}")
    parts = {t: float(v[:-1]) for t, v in mixture.items() if isinstance(v, str) and v[-1:] == "x"}
    counts = {task: int(value) for task, value in mixture.items() if task not in parts}
    if parts:
        unit = min(here[task] / part for task, part in parts.items())
        counts |= {task: int(unit * part + 1e-9) for task, part in parts.items()}
    return counts
