"""The step `pairs`: preference data for shorter reasoning (Sky-T1-32B-Flash)."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from skyt_plugins.errors import SkytError

from .choose_pairs import VARIANTS, Pair, pairs_of, variant_end
from .engines import get_engine
from .engines.base import Engine
from .formats import turns
from .frame import Frame, frame
from .judges import Judges, golds
from .pieces import Pieces, Splitter, Whole, known_pieces, pieces_row
from .progress import Progress
from .record import Key, Message, to_json
from .sky_format import in_sky_format
from .store import Run, write_whole

CHUNK = 64


@dataclass
class Paired:
    """Where the pairs are; rows by kind; why responses made no pair."""

    file: Path
    rows: Counter[str] = field(default_factory=Counter)
    fell: Counter[str] = field(default_factory=Counter)


def pairs(
    folder: str | Path,
    out: str | Path,
    *,
    variant: str = "length",
    silc: bool = False,
    format: str = "trl",
    system: str | None = None,
    model: str = "",
    engine_options: Mapping[str, Any] | None = None,
    engine: Engine | None = None,
    seed: int = 41,
) -> Paired:
    """Write preference pairs of the scored run in `folder` to the folder `out`.

    `variant` length: the shortest right response against the longest right one, as they are.
    fcs, fcs+1, fcs+reflection: the shortest right response cut after its first right line of
    thought, one line later, or after the second, with its solution; lines are found and judged by
    a `model`, or by rule without one. `silc` adds pairs of short wrong and longer right responses.
    `format` trl (prompt, chosen, rejected as messages) or original (conversations, chosen and
    rejected with from and value). Raises SkytError where there is no pair.
    """
    if variant not in ("length", *VARIANTS) or format not in FORMATS:
        raise SkytError(
            f"variant {variant!r}, format {format!r}: variants are length, {', '.join(VARIANTS)}; "
            f"formats {', '.join(FORMATS)}"
        )
    with Run.writing(folder) as run:
        records = frame([run])
        chosen = list(pairs_of(records, silc))
        if not chosen:
            raise SkytError(
                f"{run.folder}: no problem has two right responses of different length\n"
                "score the run first, or generate more samples per problem"
            )
        done = Paired(Path(out) / "train.jsonl")
        texts = _texts(run, records, chosen)
        cut: dict[Key, Pieces] = {}
        if variant != "length":
            if model and engine is None:
                engine = get_engine(model, engine_options)
            step = run.begin_step("pairs", {"variant": variant, "silc": silc, "model": model})
            wanted = [key_at(records, pair.chosen) for pair in chosen if pair.kind == "length"]
            cut = _taken_apart(run, wanted, texts, engine, step)
            run.end_step(step, {"pieces": len(cut)})
        rows = []
        for pair in chosen:
            better = _better(pair, records, texts, cut, variant, done)
            if better is not None:
                prompt, worse = texts[key_at(records, pair.rejected)]
                rows.append(FORMATS[format](turns(prompt, system), better, worse))
                done.rows[pair.kind if pair.kind == "silc" else variant] += 1
        random.Random(seed).shuffle(rows)
        done.file.parent.mkdir(parents=True, exist_ok=True)
        lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        write_whole(done.file, lines)
        settings = {"variant": variant, "silc": silc, "format": format, "model": model or "rule"}
        write_whole(done.file.parent / "README.md", _card(run, done, settings))
        return done


def key_at(records: Frame, place: int) -> Key:
    task, problem = records.groups[int(records.group[place])]
    return Key(task, problem, int(records.sample[place]))


def _texts(
    run: Run, records: Frame, chosen: Sequence[Pair]
) -> dict[Key, tuple[list[Message], str]]:
    """(messages, text) of every response in a pair; its rewrite where one stands in for it."""
    wanted = {key_at(records, place) for pair in chosen for place in (pair.chosen, pair.rejected)}
    rewritten = {
        key_at(records, place)
        for pair in chosen
        for place in (pair.chosen, pair.rejected)
        if records.rewritten[place]
    }
    found = {}
    for table, column, keys in (
        ("responses", "response", wanted - rewritten),
        ("rewrites", "text", rewritten),
    ):
        for row in run.rows(table, ["task", "problem", "sample", "messages", column]):
            key = Key(row["task"], row["problem"], row["sample"])
            if key in keys:
                found[key] = (row["messages"], row[column])
    return found


def _taken_apart(
    run: Run,
    wanted: Sequence[Key],
    texts: Mapping[Key, tuple[list[Message], str]],
    engine: Engine | None,
    step: str,
) -> dict[Key, Pieces]:
    found = known_pieces(run)
    splitter = Splitter(Judges(golds(run)), engine)
    waiting = [Whole(key, texts[key][1]) for key in wanted if key not in found]
    with Progress("pairs", "responses", len(waiting)) as progress:
        for start in range(0, len(waiting), CHUNK):
            pieces = list(splitter.take_apart(waiting[start : start + CHUNK]))
            run.append("pieces", [pieces_row(piece, splitter.model, step) for piece in pieces])
            found.update((piece.key, piece) for piece in pieces)
            progress.advance(len(pieces))
    return found


def _better(
    pair: Pair,
    records: Frame,
    texts: Mapping[Key, tuple[list[Message], str]],
    cut: Mapping[Key, Pieces],
    variant: str,
    done: Paired,
) -> str | None:
    key = key_at(records, pair.chosen)
    if variant == "length" or pair.kind == "silc":
        return texts[key][1]
    pieces = cut.get(key)
    if pieces is None or pieces.reason:
        done.fell[pieces.reason if pieces else "the model failed"] += 1
        return None
    end = variant_end(pieces.right, variant)
    if end is None:
        done.fell[f"too few right lines of thought for {variant}"] += 1
        return None
    return in_sky_format("".join(pieces.pieces[:end]), pieces.solution)


def _trl(prompt: list[Message], chosen: str, rejected: str) -> dict[str, Any]:
    return {
        "prompt": prompt,
        "chosen": [{"role": "assistant", "content": chosen}],
        "rejected": [{"role": "assistant", "content": rejected}],
    }


def _original(prompt: list[Message], chosen: str, rejected: str) -> dict[str, Any]:
    names = {"user": "human", "assistant": "gpt"}
    return {
        "conversations": [
            {"from": names.get(m["role"], m["role"]), "value": m["content"]} for m in prompt
        ],
        "chosen": {"from": "gpt", "value": chosen},
        "rejected": {"from": "gpt", "value": rejected},
    }


FORMATS: dict[str, Callable[[list[Message], str, str], dict[str, Any]]] = {
    "trl": _trl,
    "original": _original,
}


def _card(run: Run, done: Paired, settings: Mapping[str, Any]) -> str:
    lines = [f"# Preference pairs from {run.folder.name}", "", f"`{to_json(dict(settings))}`", ""]
    lines += ["| kind | rows |", "|---|---|", *(f"| {k} | {n} |" for k, n in done.rows.items())]
    lines += ["", *(f"- {count} left out: {why}" for why, count in sorted(done.fell.items()))]
    return "\n".join(lines) + "\n"
