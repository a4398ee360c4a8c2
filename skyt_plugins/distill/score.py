"""The step `score`: the registry's scorers judge what has no verdict under their present rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from skyt_plugins.errors import SkytError

from .arrays import arrow_strings
from .judges import Judges, golds
from .judging import judged_here
from .parts import TEXTS, Judge, Judged, Place, Texts
from .progress import Progress
from .record import to_json
from .store import Run
from .verdicts import Verdicts


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
        before = _Before(None if force else run)
        step = run.begin_step("score", {"scorer": scorer, "options": dict(scorer_options or {})})
        total = run.count("responses") + run.count("rewrites")
        with Progress("score", "responses", total) as progress, Verdicts(run) as verdicts:
            pending = _pending(run, judges, before, frozenset(ids), counts, progress)
            for judged in _judged(run, judges, pending, step, ray_address):
                verdicts.add(judged.rows)
                counts.written += judged.rows.num_rows
                counts.outcomes.update(judged.outcomes)
        if counts.unscorable and not counts.written and not counts.found:
            raise SkytError(
                f"{run.folder}: no problem here has both a scorer and a reference\n"
                "name a scorer with --scorer; prompt files need a column such as `answer`"
            )
        run.end_step(step, {"written": counts.written, **counts.outcomes})
        return counts


def _judged(
    run: Run, judges: Judges, texts: Iterable[Texts], step: str, ray_address: str | None
) -> Iterator[Judged]:
    if ray_address is None:
        return judged_here(run, judges, texts, step)
    try:
        from .ray_score import judged_by_ray
    except ImportError as error:
        raise SkytError(
            f"Ray is asked for and cannot be imported: {error}\npip install 'skyt[ray]'"
        ) from error
    return judged_by_ray(judges, texts, step, ray_address)


class _Before:
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

    def left(self, texts: Texts, index: np.ndarray, rule: str) -> np.ndarray:
        """Those of the rows `index` of `texts` that were not last judged under `rule`."""
        bits = self.bits.get(rule, {})
        places, samples = list(texts.places()), texts.column("sample")
        new = [not bits.get((texts.of, *places[i]), 0) >> samples[i] & 1 for i in index.tolist()]
        return index[np.array(new, bool)]


_UNSCORABLE, _UNWANTED = -1, -2


def _pending(
    run: Run,
    judges: Judges,
    before: _Before,
    wanted: Collection[str],
    counts: Scored,
    progress: Progress,
) -> Iterator[Texts]:
    """What is to be judged, batch by batch, parted by judge."""
    for texts in _texts(run):
        found: list[Judge] = []

        def number(place: Place, found: list[Judge] = found) -> int:
            """Whose the text is, in the order of `found`; below 0: nobody's."""
            if wanted and place[1] not in wanted:
                return _UNWANTED
            judge = judges.name(place)
            if judge is None:
                return _UNSCORABLE
            if judge not in found:
                found.append(judge)
            return found.index(judge)

        numbers = texts.by_place(number)
        counts.unscorable += int((numbers == _UNSCORABLE).sum())
        todo = [(np.flatnonzero(numbers == i), judge) for i, judge in enumerate(found)]
        if before.bits:
            todo = [
                (before.left(texts, index, judges.made[judge][1]), judge) for index, judge in todo
            ]
            counts.found += int((numbers >= 0).sum()) - sum(len(index) for index, _ in todo)
        for index, judge in sorted(todo, key=lambda part: part[0][:1].tolist()):
            if len(index):
                part = texts if len(index) == len(texts) else texts.picked(index)
                yield replace(part, judge=judge)
        progress.advance(len(texts))


def _texts(run: Run) -> Iterator[Texts]:
    names = ["task", "problem", "sample", "response", "error"]
    for batch in run.batches("responses", names):
        yield Texts(("", ""), "response", pa.RecordBatch.from_arrays(batch.columns, schema=TEXTS))
    for batch in run.batches("rewrites", ["task", "problem", "sample", "text", "accepted"]):
        batch = batch.filter(batch.column("accepted"))
        columns = [*batch.columns[:4], arrow_strings([""] * batch.num_rows)]
        yield Texts(("", ""), "rewrite", pa.RecordBatch.from_arrays(columns, schema=TEXTS))
