"""The step `score`: the registry's scorers judge what has no verdict under their present rules."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from skyt_plugins.errors import SkytError
from skyt_plugins.types import Scorer, Verdict

from .judges import Judges, Text, golds
from .progress import Progress
from .record import Key, clean, to_json
from .store import Run

# Verdicts are written every few seconds: that much work at most is lost in a crash.
CHUNK_SECONDS = 3.0
FIRST_CHUNK, LARGEST_CHUNK = 64, 16_384


@dataclass
class Scored:
    """Counts of one call: verdicts `written`, by outcome; `found`: judged before under the same
    rule; `unscorable`: responses whose problem has no scorer or no reference."""

    written: int = 0
    found: int = 0
    unscorable: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)

    def told(self) -> str:
        """The counts for a person."""
        kinds = ", ".join(f"{count:,} {name}" for name, count in sorted(self.outcomes.items()))
        text = f"judged {self.written:,} now ({kinds or 'nothing new'}), {self.found:,} before"
        if self.unscorable:
            text += f"\n{self.unscorable:,} responses have no scorer or no reference"
        return text


def score(
    folder: str | Path,
    *,
    scorer: str = "",
    scorer_options: Mapping[str, Any] | None = None,
    ids: Collection[str] = (),
    force: bool = False,
    ray_address: str | None = None,
) -> Scored:
    """Judge every response, and every accepted rewrite, of the run in `folder`.

    Only what is missing, or was judged under another rule (scorer, version or options), is judged;
    `force` judges all again. `ids` limits it to these problem ids. `scorer` takes the place of the
    problems' own. With `ray_address` ("": a Ray of its own on this machine) a Ray cluster judges;
    verdicts are the same. Raises SkytError where nothing in the run can be judged.
    """
    with Run.writing(folder) as run:
        judges = Judges(golds(run), scorer, to_json(dict(scorer_options or {})))
        counts = Scored()
        before = _Judged(None if force else run)
        step = run.begin_step("score", {"scorer": scorer, "options": dict(scorer_options or {})})
        wanted = frozenset(ids)
        total = run.count("responses") + run.count("rewrites")
        with Progress("score", "responses", total) as progress:
            pending = _pending(run, judges, before, wanted, counts, progress)
            for verdicts in _verdicts(judges, pending, ray_address):
                rows = [
                    _row(text, verdict, judges.made[text.judge], step) for text, verdict in verdicts
                ]
                run.append("scores", rows)
                counts.written += len(rows)
                counts.outcomes.update(row["outcome"] for row in rows)
        if counts.unscorable and not counts.written and not counts.found:
            raise SkytError(
                f"{run.folder}: no problem here has both a scorer and a reference\n"
                "name a scorer with --scorer; prompt files need a column such as `answer`"
            )
        run.end_step(step, {"written": counts.written, **counts.outcomes})
        return counts


def _verdicts(
    judges: Judges, texts: Iterable[Text], ray_address: str | None
) -> Iterator[Iterable[tuple[Text, Verdict]]]:
    if ray_address is None:
        return (judges.judge(chunk) for chunk in _timed_chunks(texts))
    try:
        from .ray_score import judged_by_ray
    except ImportError as error:
        raise SkytError(
            f"Ray is asked for and cannot be imported: {error}\npip install 'skyt[ray]'"
        ) from error
    return judged_by_ray(judges, texts, ray_address)


class _Judged:
    """Which records were last judged under which rule: bits of samples, as in `plan.Inventory`."""

    def __init__(self, run: Run | None) -> None:
        self.bits: dict[str, dict[tuple[str, str, str], int]] = {}  # rule → (of, task, problem) →
        names = ["task", "problem", "sample", "of", "rule"]
        for batch in run.batches("scores", names, rows=65_536) if run else ():
            tasks, problems, samples, kinds, rules = (c.to_pylist() for c in batch.columns)
            for task, problem, sample, of, rule in zip(
                tasks, problems, samples, kinds, rules, strict=True
            ):
                self._add((of, task, problem), 1 << sample, rule)

    def _add(self, place: tuple[str, str, str], bit: int, rule: str) -> None:
        for other, bits in self.bits.items():
            if other != rule and bits.get(place, 0) & bit:
                bits[place] &= ~bit
        bits = self.bits.setdefault(rule, {})
        bits[place] = bits.get(place, 0) | bit

    def has(self, text: Text, rule: str) -> bool:
        bits = self.bits.get(rule, {}).get((text.of, text.key.task, text.key.problem), 0)
        return bool(bits >> text.key.sample & 1)


def _pending(
    run: Run,
    judges: Judges,
    before: _Judged,
    wanted: Collection[str],
    counts: Scored,
    progress: Progress,
) -> Iterator[Text]:
    for number, text in enumerate(_texts(run), 1):
        if number % 256 == 0:
            progress.advance(256)
        if wanted and text.key.problem not in wanted:
            continue
        name = judges.name(text.key)
        if name is None:
            counts.unscorable += 1
        elif before.has(text, judges.made[name][1]):
            counts.found += 1
        else:
            yield text._replace(judge=name)


def _texts(run: Run) -> Iterator[Text]:
    names = ["task", "problem", "sample", "response", "error"]
    for batch in run.batches("responses", names):
        for task, problem, sample, text, error in zip(
            *(c.to_pylist() for c in batch.columns), strict=True
        ):
            yield Text(Key(task, problem, sample), "response", text, error)
    for batch in run.batches("rewrites", ["task", "problem", "sample", "text", "accepted"]):
        for task, problem, sample, text, accepted in zip(
            *(c.to_pylist() for c in batch.columns), strict=True
        ):
            if accepted:
                yield Text(Key(task, problem, sample), "rewrite", text, "")


def _timed_chunks(texts: Iterable[Text]) -> Iterator[list[Text]]:
    """Chunks that take about CHUNK_SECONDS each to be worked on by whoever takes them."""
    size = FIRST_CHUNK
    chunk: list[Text] = []
    for text in texts:
        chunk.append(text)
        if len(chunk) >= size:
            began = time.monotonic()
            yield chunk
            took = time.monotonic() - began
            size = min(LARGEST_CHUNK, max(1, size * 2 if took < CHUNK_SECONDS / 2 else size // 2))
            chunk = []
    if chunk:
        yield chunk


def _row(text: Text, verdict: Verdict, judge: tuple[Scorer, str], step: str) -> dict[str, Any]:
    return {
        "task": text.key.task,
        "problem": text.key.problem,
        "sample": text.key.sample,
        "of": text.of,
        "outcome": verdict.outcome.value,
        "value": verdict.value,
        "answer": clean(verdict.answer),
        "reason": clean(verdict.reason),
        "details": clean(to_json(dict(verdict.details))) if verdict.details else "{}",
        "scorer": judge[0].name,
        "rule": judge[1],
        "step": step,
    }
