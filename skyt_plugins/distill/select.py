"""The step `select`: rejection sampling, with a funnel that says what fell and why."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from skyt_plugins.errors import SkytError

from . import texts
from .arrays import arrow_bools, arrow_numbers, arrow_strings, taken
from .frame import OUTCOMES, Frame, frame, take
from .funnel import Funnel, funnel_text
from .record import seed_of
from .rules import Rules, mixture_counts
from .store import Run, told_of_disk, write_whole

ROWS_AT_ONCE = 65_536
SELECTION = pa.schema(
    [
        ("run", pa.int32()),  # index into selection.json's `runs`
        ("row", pa.int64()),  # position in that run's responses
        ("task", pa.string()),
        ("problem", pa.string()),
        ("sample", pa.int32()),
        ("rewritten", pa.bool_()),
        ("tokens", pa.int32()),
    ]
)


@dataclass(frozen=True)
class Selected:
    """Where the selection is, how many responses it holds, and the funnel that led there."""

    folder: Path
    count: int
    stages: list[dict[str, Any]]

    def text(self) -> str:
        return funnel_text(self.stages)


def select(
    runs: Sequence[str | Path] | str | Path,
    out: str | Path | None = None,
    rules: Rules = Rules(),  # noqa: B008 (frozen)
) -> Selected:
    """Choose records of `runs` by `rules`; write the choice to `out` (default: RUN/selection).

    The order of what is chosen does not depend on the order in which it was generated. Raises
    SkytError where benchmark problems are among the chosen and `rules.overlap` is "refuse".
    """
    rules.check()
    paths = [Path(runs)] if isinstance(runs, str | Path) else [Path(run) for run in runs]
    if out is None and len(paths) != 1:
        raise SkytError("a selection from several runs needs a folder of its own: --out FOLDER")
    folder = Path(out) if out else paths[0] / "selection"
    opened = [Run.reading(path) for path in paths]
    funnel = Funnel.of(frame(opened))
    _drop_unfit(funnel, rules)
    texts.drop_duplicates(funnel, opened, rules.dedupe)
    if rules.overlap != "off":
        texts.drop_overlap(funnel, opened, rules.overlap, rules.against)
    _keep_per_problem(funnel, rules)
    _keep_mixture(funnel, rules)
    _keep_total(funnel, rules)
    kept = take(funnel.records, funnel.keep)
    _write(folder, kept, paths, rules, funnel.table())
    return Selected(folder, len(kept), funnel.table())


def _drop_unfit(funnel: Funnel, rules: Rules) -> None:
    records = funnel.records
    funnel.drop("answered", refused_by_the_engine=records.refused)
    if not rules.truncated:
        funnel.drop("finished", cut_off=~records.finished & ~records.rewritten)
    if rules.rewritten_only:
        rejected = records.rewrite_failed
        missing = ~records.rewritten & ~rejected
        funnel.drop("rewritten", rewrite_rejected=rejected, not_rewritten=missing)
    unwanted = [name for name in OUTCOMES if name not in rules.outcomes]
    masks = {name: records.outcome == OUTCOMES.index(name) for name in unwanted}
    if funnel.keep.any() and "unscored" in masks and masks["unscored"].all():
        raise SkytError("no response has a verdict\nrun `skyt score` first, or keep unscored ones")
    funnel.drop("verdict " + " or ".join(rules.outcomes), **masks)
    if rules.min_tokens or rules.max_tokens:
        longest = rules.max_tokens or np.iinfo(np.int32).max
        funnel.drop(
            "length",
            too_short=records.tokens < rules.min_tokens,
            too_long=records.tokens > longest,
        )


def _keep_per_problem(funnel: Funnel, rules: Rules) -> None:
    if rules.per_problem <= 0:
        return
    index = np.flatnonzero(funnel.keep)
    records = take(funnel.records, index)
    if rules.prefer == "first":
        rank = records.sample.astype(np.int64)
    elif rules.prefer == "random":
        rank = _draws(records, rules.seed)
    else:
        rank = records.tokens.astype(np.int64) * (1 if rules.prefer == "shortest" else -1)
    order = np.lexsort((records.run, records.sample, rank, records.group))
    group = records.group[order]
    first = np.r_[True, group[1:] != group[:-1]] if len(group) else np.zeros(0, bool)
    begin = np.maximum.accumulate(np.where(first, np.arange(len(group)), 0))
    place = np.arange(len(group)) - begin
    out = np.zeros(len(funnel.records), bool)
    out[index[order[place >= rules.per_problem]]] = True
    funnel.drop(
        f"at most {rules.per_problem} per problem", **{f"not among the {rules.prefer}": out}
    )


def _keep_mixture(funnel: Funnel, rules: Rules) -> None:
    """At most so many responses of each task: whole problems drawn at random, then the rest."""
    if not rules.mixture:
        return
    index = np.flatnonzero(funnel.keep)
    records = take(funnel.records, index)
    tasks = np.array([task for task, _ in records.groups] or [""], object)[records.group]
    here = {str(task): int((tasks == task).sum()) for task in set(tasks)}
    wanted = mixture_counts(rules.mixture, here)
    draws = _draws(records, rules.seed)
    out = np.zeros(len(funnel.records), bool)
    for task, have in here.items():
        keep = wanted.get(task, 0)
        if keep < have:
            of_task = np.flatnonzero(tasks == task)
            out[index[of_task[np.argsort(draws[of_task], kind="stable")[keep:]]]] = True
    funnel.drop("mixture", beyond_the_share_of_its_task=out)


def _keep_total(funnel: Funnel, rules: Rules) -> None:
    index = np.flatnonzero(funnel.keep)
    if not 0 < rules.total < len(index):
        return
    draws = _draws(take(funnel.records, index), rules.seed)
    out = np.zeros(len(funnel.records), bool)
    out[index[np.argsort(draws, kind="stable")[rules.total :]]] = True
    funnel.drop(f"at most {rules.total} in all", not_drawn=out)


def _draws(records: Frame, seed: int) -> np.ndarray:
    """A random number per record that depends on nothing but the seed and what the record is."""
    return np.fromiter(
        (
            seed_of(seed, records.groups[group][0], records.groups[group][1], int(sample))
            for group, sample in zip(records.group, records.sample, strict=True)
        ),
        np.int64,
        len(records),
    )


def _write(
    folder: Path, kept: Frame, paths: list[Path], rules: Rules, stages: list[dict[str, Any]]
) -> None:
    temporary = folder / ".selected.tmp"
    with told_of_disk(folder):
        folder.mkdir(parents=True, exist_ok=True)
        with pq.ParquetWriter(temporary, SELECTION, compression="zstd") as file:
            for start in range(0, max(1, len(kept)), ROWS_AT_ONCE):
                file.write_table(_table(take(kept, slice(start, start + ROWS_AT_ONCE))))
        temporary.replace(folder / "selected.parquet")
    about = {
        "runs": [str(path.resolve()) for path in paths],
        "rules": asdict(rules),
        "funnel": stages,
        "count": len(kept),
    }
    write_whole(folder / "selection.json", json.dumps(about, indent=1, ensure_ascii=False))


def _table(kept: Frame) -> pa.Table:
    groups, which = np.unique(kept.group, return_inverse=True)
    keys = [kept.groups[group] for group in groups]
    return pa.Table.from_arrays(
        [
            arrow_numbers(kept.run),
            arrow_numbers(kept.row),
            taken(arrow_strings([task for task, _ in keys]), which),
            taken(arrow_strings([problem for _, problem in keys]), which),
            arrow_numbers(kept.sample),
            arrow_bools(kept.rewritten),
            arrow_numbers(kept.tokens),
        ],
        schema=SELECTION,
    )
