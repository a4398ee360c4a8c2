"""The record: one response to one problem, and what each later step said about it.

A run keeps append-only tables, joined by (task, problem, sample):

    problems   what was asked, with its reference and scorer; one row per problem
    responses  what the model said; one row per (task, problem, sample)
    rewrites   the same response in another format; the raw text stays in `responses`
    scores     verdicts; a later row with the same key replaces an earlier one when read
    pieces     lines of thought within a response, each judged (for preference pairs)

`labels` (difficulty) hang on the problem. Texts are UTF-8; token counts are the engine's own.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any, NamedTuple

import pyarrow as pa

Message = dict[str, str]

_MESSAGES = pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))
_KEY = [("task", pa.string()), ("problem", pa.string())]

SCHEMAS: dict[str, pa.Schema] = {
    "problems": pa.schema(
        [
            *_KEY,
            ("task_version", pa.string()),
            ("question", pa.string()),
            ("reference", pa.string()),  # JSON
            ("metadata", pa.string()),  # JSON
            ("scorer", pa.string()),  # "" where the problem cannot be scored
            ("scorer_options", pa.string()),  # JSON
            ("source", pa.string()),  # dataset id or file
            ("licence", pa.string()),
        ]
    ),
    "responses": pa.schema(
        [
            *_KEY,
            ("sample", pa.int32()),
            ("task_version", pa.string()),
            ("messages", _MESSAGES),
            ("response", pa.string()),
            ("finish_reason", pa.string()),  # stop | length | content_filter | refused | unknown
            ("error", pa.string()),  # why the engine refused for good; "" otherwise
            ("prompt_tokens", pa.int32()),
            ("completion_tokens", pa.int32()),
            ("tokens_exact", pa.bool_()),  # False: shared out from a total by text length
            ("model", pa.string()),
            ("engine", pa.string()),
            ("sampling", pa.string()),  # JSON
            ("seed", pa.int64()),
            ("choice", pa.int32()),  # position among the choices of one request
            ("choices", pa.int32()),  # how many choices that request brought
            ("step", pa.string()),
        ]
    ),
    "rewrites": pa.schema(
        [
            *_KEY,
            ("sample", pa.int32()),
            ("messages", _MESSAGES),
            ("text", pa.string()),
            ("accepted", pa.bool_()),  # False: the reasoning was not copied faithfully
            ("reason", pa.string()),
            ("coverage", pa.float64()),  # share of the raw reasoning found in the rewrite
            ("completion_tokens", pa.int32()),
            ("model", pa.string()),  # "rule" where no model was asked
            ("step", pa.string()),
        ]
    ),
    "scores": pa.schema(
        [
            *_KEY,
            ("sample", pa.int32()),
            ("of", pa.string()),  # response | rewrite: which text was judged
            ("outcome", pa.string()),
            ("value", pa.float64()),
            ("answer", pa.string()),  # null where there was none
            ("reason", pa.string()),
            ("details", pa.string()),  # JSON
            ("scorer", pa.string()),
            ("rule", pa.string()),  # scorer name, version and options: a change means re-score
            ("step", pa.string()),
        ]
    ),
    "pieces": pa.schema(
        [
            *_KEY,
            ("sample", pa.int32()),
            ("pieces", pa.list_(pa.string())),  # lines of thought, each proposing an answer
            ("right", pa.list_(pa.bool_())),  # one judgement per piece
            ("solution", pa.string()),  # the part for the user, whole
            ("reason", pa.string()),  # why the response could not be taken apart; "" otherwise
            ("model", pa.string()),  # "rule" where no model was asked
            ("step", pa.string()),
        ]
    ),
    "labels": pa.schema(
        [
            *_KEY,
            ("kind", pa.string()),  # difficulty
            ("value", pa.float64()),
            ("raw", pa.string()),
            ("model", pa.string()),  # "pass_rate" or "published" where no model was asked
            ("step", pa.string()),
        ]
    ),
}


class Key(NamedTuple):
    """What identifies a record within a run; records sort by it."""

    task: str
    problem: str
    sample: int


@dataclass(frozen=True, slots=True)
class Prompt:
    """One thing to ask: the problem as it came from its source, and the messages to send."""

    task: str
    problem: str
    messages: list[Message]
    question: str
    reference: Any = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    task_version: str = ""
    scorer: str = ""
    scorer_options: Mapping[str, Any] = field(default_factory=dict)
    source: str = ""
    licence: str = ""

    def row(self) -> dict[str, Any]:
        """The row of table `problems`."""
        row = {name: clean(getattr(self, name)) for name in _PROBLEM}
        for name in ("reference", "metadata", "scorer_options"):
            value = row[name]
            row[name] = clean(to_json(dict(value) if isinstance(value, Mapping) else value))
        return row


_PROBLEM = SCHEMAS["problems"].names


@dataclass(frozen=True, slots=True)
class Response:
    """A row of table `responses`; its fields are described there."""

    task: str
    problem: str
    sample: int
    task_version: str
    messages: list[Message]
    response: str
    finish_reason: str
    error: str
    prompt_tokens: int
    completion_tokens: int
    tokens_exact: bool
    model: str
    engine: str
    sampling: str
    seed: int
    choice: int
    choices: int
    step: str

    def row(self) -> dict[str, Any]:
        # Not `asdict`, which copies deeply: that was half of what a record costs.
        return dict(zip(_RESPONSE, _response_values(self), strict=True))


_RESPONSE = SCHEMAS["responses"].names
_response_values = attrgetter(*_RESPONSE)


_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, default=str)


def to_json(value: Any) -> str:
    """Compact JSON with sorted keys; what JSON lacks becomes text."""
    return _ENCODER.encode(value)


def clean(value: Any) -> Any:
    """`value`, a text without lone surrogates (no UTF-8 file can hold those)."""
    if not isinstance(value, str) or value.isascii():
        return value
    return value.encode("utf-8", "replace").decode("utf-8")


def digest(value: Any, size: int = 8) -> str:
    """A short stable fingerprint of JSON-like data."""
    return hashlib.blake2b(to_json(value).encode("utf-8", "replace"), digest_size=size).hexdigest()


def seed_of(base: int, task: str, problem: str, sample: int) -> int:
    """The seed of one sample: independent of order, of the batch and of the other samples."""
    text = f"{base}\x1f{task}\x1f{problem}\x1f{sample}".encode("utf-8", "replace")
    # 31 bits: what every engine accepts.
    return int.from_bytes(hashlib.blake2b(text, digest_size=4).digest(), "big") >> 1
