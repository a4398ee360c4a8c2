"""The step `rewrite`: responses in the two-part format, by rule or through a model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from skyt_plugins.errors import SkytError

from .ask import answers, text_of, tokens_of
from .engines import get_engine
from .engines.base import Engine, Reply
from .progress import Progress
from .record import Key, Message, clean
from .rewrite_question import question
from .sky_format import COVERAGE, by_rule, coverage, in_sky_format, parsed
from .store import Run

# A rewrite is a copy: the same length and a little more.
SAMPLING = {"temperature": 0.0, "top_p": 1.0, "max_tokens": 16_384}
RETRY_TEMPERATURE = 0.7


@dataclass
class Rewritten:
    """Counts of one call; `found` had been rewritten before."""

    accepted: int = 0
    rejected: int = 0
    failed: int = 0
    found: int = 0


@dataclass(frozen=True, slots=True)
class _Raw:
    key: Key
    messages: list[Message]
    text: str
    tokens: int


def rewrite(
    folder: str | Path,
    model: str = "",
    *,
    rule: bool = False,
    tries: int = 2,
    sampling: Mapping[str, Any] | None = None,
    engine_options: Mapping[str, Any] | None = None,
    engine: Engine | None = None,
) -> Rewritten:
    """Put every finished response of a run into the two-part format; the raw text stays.

    `rule` does it without a model where tags already part thought from solution. Through a `model`,
    a rewrite is accepted only if it has the format and COVERAGE of the raw text's words are in it;
    up to `tries` attempts are made, with a temperature from the second on. What was rejected for
    good is recorded with its reason and not tried again.
    """
    if rule == bool(model or engine):
        raise SkytError("rewrite either by --rule or with --model ENGINE/MODEL")
    params = {**SAMPLING, **(sampling or {})}
    with Run.writing(folder) as run:
        counts = Rewritten()
        done = _done(run)
        config = {"rule": rule, "model": model, "sampling": params, "tries": tries}
        step = run.begin_step("rewrite", config)
        with Progress("rewrite", "responses", run.count("responses")) as progress:
            if rule:
                for raw in _pending(run, done, counts):
                    found = by_rule(raw.text)
                    text = in_sky_format(*found) if found else ""
                    reason = "" if found else "no tags part the thought from the solution"
                    _record(run, raw, text, reason, 1.0, raw.tokens, "rule", step, counts)
                    progress.advance(1)
            else:
                engine = engine or get_engine(model, engine_options)
                for attempt in range(tries):
                    last = attempt == tries - 1
                    _ask_all(run, engine, done, params, attempt, last, step, counts, progress)
                engine.close()
        run.end_step(step, vars(counts))
        return counts


def _ask_all(
    run: Run, engine: Engine, done: set[Key], params: Mapping[str, Any], attempt: int, last: bool,
    step: str, counts: Rewritten, progress: Progress,
) -> None:  # fmt: skip
    """One attempt at everything still open; failures are recorded on the last attempt only."""
    params = {**params, "temperature": params["temperature"] or (RETRY_TEMPERATURE * (attempt > 0))}
    raws = _pending(run, frozenset(done), counts if attempt == 0 else Rewritten())
    questions = ((raw, question(raw.text)) for raw in raws)
    for raw, reply in answers(engine, questions, params, attempt):
        if reply.failed:
            counts.failed += last
            continue
        text, reason, share = checked(raw.text, reply)
        if not reason or last:
            _record(run, raw, text, reason, share, tokens_of(reply), engine.model, step, counts)
            done.add(raw.key)
            progress.advance(1)


def checked(raw: str, reply: Reply) -> tuple[str, str, float]:
    """(rewritten text, why it is rejected or "", coverage)."""
    if reply.error:
        return "", f"the engine refused: {reply.error}", 0.0
    text = text_of(reply).strip()
    if not text:
        return "", "the rewrite is empty or cut off", 0.0
    parts = parsed(text)
    if parts is None:
        return text, "the rewrite has not the four tags once each, in order", 0.0
    share = coverage(raw, " ".join(parts))
    if share < COVERAGE:
        return text, f"only {share:.0%} of the reasoning was copied", share
    return in_sky_format(*parts), "", share


def _done(run: Run) -> set[Key]:
    names = ["task", "problem", "sample"]
    return {
        Key(*values)
        for batch in run.batches("rewrites", names, 65_536)
        for values in zip(*(column.to_pylist() for column in batch.columns), strict=True)
    }


def _pending(run: Run, done: set[Key] | frozenset[Key], counts: Rewritten) -> Iterator[_Raw]:
    """Finished responses without a rewrite; a response that was cut off has no solution."""
    names = ["task", "problem", "sample", "messages", "response", "completion_tokens"]
    for batch in run.batches("responses", [*names, "finish_reason", "error"]):
        for *key, messages, text, tokens, finish, error in zip(
            *(column.to_pylist() for column in batch.columns), strict=True
        ):
            if error or finish == "length" or not text:
                continue
            if Key(*key) in done:
                counts.found += 1
            else:
                yield _Raw(Key(*key), messages, text, tokens)


def _record(
    run: Run, raw: _Raw, text: str, reason: str, share: float, tokens: int, model: str, step: str,
    counts: Rewritten,
) -> None:  # fmt: skip
    counts.accepted += not reason
    counts.rejected += bool(reason)
    run.append(
        "rewrites",
        [
            {
                **raw.key._asdict(),
                "messages": raw.messages,
                "text": clean(text),
                "accepted": not reason,
                "reason": clean(reason),
                "coverage": share,
                "completion_tokens": tokens,
                "model": model,
                "step": step,
            }
        ],
    )
