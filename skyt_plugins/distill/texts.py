"""Selection that needs the texts: duplicates of problems and responses, overlap with benchmarks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from skyt_plugins.errors import SkytError

from .forked import in_parts, part_count, shared_zeros
from .frame import Frame
from .funnel import Funnel
from .near import near_duplicates, normalised, text_hash
from .store import Run


def drop_duplicates(funnel: Funnel, runs: Sequence[Run], how: str) -> None:
    """Drop problems asked under two ids, and responses said twice to one problem.

    exact: problems equal after lower-casing and folding white space, responses equal but for white
    space at their ends. near: also texts that share most of their word shingles (see `near`). The
    first in the order of the records stays.
    """
    if how == "none":
        return
    funnel.drop("problem dedupe", the_problem_is_there_twice=_repeated_problems(funnel, runs, how))
    funnel.drop("response dedupe", said_before=_repeated_responses(funnel, runs, how))


def _repeated_problems(funnel: Funnel, runs: Sequence[Run], how: str) -> np.ndarray:
    groups, questions = questions_of(funnel, runs)
    first: dict[int, int] = {}
    twins = set()
    for group, question in zip(groups, questions, strict=True):
        if first.setdefault(text_hash(normalised(question)), group) != group:
            twins.add(group)
    if how == "near":
        left = [(g, q) for g, q in zip(groups, questions, strict=True) if g not in twins]
        twins |= {left[i][0] for i in near_duplicates([question for _, question in left], True)}
    return np.isin(funnel.records.group, np.fromiter(twins, np.int64, len(twins)))


def _repeated_responses(funnel: Funnel, runs: Sequence[Run], how: str) -> np.ndarray:
    records = funnel.records
    index = np.flatnonzero(funnel.keep)
    in_order = index[np.lexsort((records.row[index], records.run[index]))]
    parts = np.array_split(in_order, part_count(len(index)))
    hashes = shared_zeros(len(records), np.int64)

    def add_hashes(number: int) -> None:
        for places, said in response_texts(records, runs, parts[number]):
            # 64 bits, the same in this process and those forked from it.
            hashes[places] = [hash(text.strip()) for text in said]

    in_parts(add_hashes, len(parts))
    near: dict[int, list[tuple[int, str]]] = {}
    for places, said in response_texts(records, runs, in_order) if how == "near" else ():
        for place, text in zip(places.tolist(), said, strict=True):
            near.setdefault(int(records.group[place]), []).append((place, text))
    order = np.lexsort((index, hashes[index], records.group[index]))
    at = index[order]
    again = (
        np.r_[
            False,
            (records.group[at][1:] == records.group[at][:-1]) & (hashes[at][1:] == hashes[at][:-1]),
        ]
        if len(at)
        else np.zeros(0, bool)
    )
    out = np.zeros(len(records), bool)
    out[at[again]] = True
    for members in near.values():
        members.sort()
        alive = [(place, text) for place, text in members if not out[place]]
        for i in near_duplicates([text for _, text in alive]):
            out[alive[i][0]] = True
    return out


def drop_overlap(
    funnel: Funnel, runs: Sequence[Run], how: str, against: Sequence[str] | None
) -> None:
    """Drop, or refuse, problems that occur in benchmarks (see `skyt_plugins.overlap`)."""
    from skyt_plugins.overlap import find_overlap

    groups, questions = questions_of(funnel, runs)
    found = find_overlap(questions, against)
    bad = {groups[hit.index]: hit for hit in found.hits}
    name = "overlap with " + (", ".join(found.tasks) or "nothing")
    if found.unread:
        name += f" (not checked: {', '.join(found.unread)})"
    if bad and how == "refuse":
        hits = list(found.hits)
        raise SkytError(
            f"{len(bad)} of {len(groups)} problems are in a benchmark, e.g. "
            f"{funnel.records.groups[groups[hits[0].index]][1]} in {hits[0].task}\n"
            "drop them with --overlap drop; --overlap off keeps them (never for data whose model "
            "is evaluated there)"
        )
    out = np.isin(funnel.records.group, np.fromiter(bad, np.int64, len(bad)))
    funnel.drop(name, in_a_benchmark=out)


def questions_of(funnel: Funnel, runs: Sequence[Run]) -> tuple[list[int], list[str]]:
    """(groups still in, the question of each), in the order of the groups."""
    wanted = {
        funnel.records.groups[g]: int(g) for g in np.unique(funnel.records.group[funnel.keep])
    }
    found: dict[int, str] = {}
    for run in runs:
        for batch in run.batches("problems", ["task", "problem", "question"]):
            for task, problem, question in zip(
                *(c.to_pylist() for c in batch.columns), strict=True
            ):
                if (group := wanted.get((task, problem))) is not None:
                    found.setdefault(group, question)
    groups = sorted(found)
    return groups, [found[group] for group in groups]


def response_texts(
    records: Frame, runs: Sequence[Run], places: np.ndarray
) -> Iterator[tuple[np.ndarray, list[str]]]:
    """(some of `places`, the texts of the responses there), run by run, some at a time. `places`
    are positions in the frame in the order of (run, row)."""
    for number, run in enumerate(runs):
        mine = places[records.run[places] == number]
        for part, picked in run.batches_at("responses", ["response"], records.row[mine]):
            yield mine[part], picked.column(0).to_pylist()
