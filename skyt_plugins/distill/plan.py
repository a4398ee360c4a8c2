"""What is still to be asked: all prompts and samples minus those that a run holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from .engines.base import Request
from .record import Prompt
from .store import Run

# Prompts whose problems are written in one go. Meanwhile no request goes out, so not many.
READ_AHEAD = 4


@dataclass
class Inventory:
    """What a run holds: per (task, problem) the samples as the bits of an integer.

    About 150 bytes per problem, whatever the length of the responses.
    """

    samples: dict[tuple[str, str], int] = field(default_factory=dict)
    problems: set[tuple[str, str]] = field(default_factory=set)

    @classmethod
    def of(cls, run: Run) -> Inventory:
        """Reads only the key columns: a run of 1,000,000 records takes about a second."""
        found = cls()
        samples = found.samples
        for batch in run.batches("responses", ["task", "problem", "sample"], rows=65_536):
            tasks, problems, numbers = (column.to_pylist() for column in batch.columns)
            for task, problem, number in zip(tasks, problems, numbers, strict=True):
                key = (task, problem)
                samples[key] = samples.get(key, 0) | 1 << number
        for batch in run.batches("problems", ["task", "problem"], rows=65_536):
            found.problems.update(zip(*(c.to_pylist() for c in batch.columns), strict=True))
        return found

    def missing(self, prompt: Prompt, n: int) -> tuple[int, ...]:
        bits = self.samples.get((prompt.task, prompt.problem), 0)
        return tuple(i for i in range(n) if not bits >> i & 1)


@dataclass
class Plan:
    """The requests still open, made one at a time as the engine pulls them.

    Counts as it goes: `found` responses of earlier calls, `duplicates`: prompts whose id had come
    before in the same source (they are left out).
    """

    run: Run
    prompts: Iterable[Prompt]
    n: int
    seed: int
    found: int = 0
    duplicates: int = 0

    def requests(self) -> Iterator[Request]:
        """Requests in the order of the prompts; writes the problems that are new first."""
        inventory = Inventory.of(self.run)
        seen: set[tuple[str, str]] = set()
        prompts = iter(self.prompts)
        while ahead := list(islice(prompts, READ_AHEAD)):
            unique = {}
            for prompt in ahead:
                key = (prompt.task, prompt.problem)
                if key in seen:
                    self.duplicates += 1
                    continue
                seen.add(key)
                unique[key] = prompt
            new = [prompt.row() for key, prompt in unique.items() if key not in inventory.problems]
            self.run.append("problems", new)
            for prompt in unique.values():
                missing = inventory.missing(prompt, self.n)
                self.found += self.n - len(missing)
                if missing:
                    yield Request(prompt, missing, self.seed)
