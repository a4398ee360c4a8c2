"""Traces for supervised training, in the layouts that people keep them in."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from skyt_plugins.data import load_rows, read_jsonl
from skyt_plugins.errors import SkytError
from skyt_plugins.types import Dataset

ROLES = {"human": "user", "user": "user", "gpt": "assistant", "assistant": "assistant"}
ROLES |= {"system": "system", "tool": "tool"}
FILES = (".jsonl", ".gz", ".json", ".parquet")


def trace_rows(source: str, split: str = "train") -> list[dict[str, Any]]:
    """Rows with `prompt` and `completion` (messages) from a file, a folder or a hub dataset.

    Layouts: `prompt` + `completion`, `messages`, ShareGPT's `conversations` (+ `system`). The last
    turn of the assistant is what is learned. Raises SkytError with the row for anything else.
    """
    rows = [
        _as_prompt_completion(row, f"{source}:{number}")
        for number, row in enumerate(raw_rows(source, split), 1)
    ]
    if not rows:
        raise SkytError(f"{source}: no rows")
    return rows


def raw_rows(source: str, split: str) -> list[Mapping[str, Any]]:
    """The rows of a file, a folder (its `<split>` file, else all) or a hub dataset."""
    path = Path(source)
    if is_on_hub(source):
        return [*load_rows(Dataset(source, split=split))]
    if path.is_dir():
        files = [*sorted(path.glob("*.jsonl")), *sorted(path.glob("*.parquet"))]
        named = [file for file in files if file.stem == split]
        if not files:
            raise SkytError(f"{source}: no .jsonl or .parquet file in this folder")
        return [row for file in named or files for row in _read(file)]
    if not path.is_file():
        raise SkytError(f"{source}: no such file")
    return _read(path)


def is_on_hub(source: str) -> bool:
    """True where `source` is neither a folder, nor looks like a file or a path."""
    path = Path(source)
    looks_local = source.startswith((".", "/", "~")) or path.suffix in FILES
    return not looks_local and not path.exists()


def _read(path: Path) -> list[Mapping[str, Any]]:
    if path.suffix == ".parquet":
        from datasets import Dataset as Table

        return [*Table.from_parquet(str(path))]
    if path.suffix == ".json":
        import json

        try:
            content = json.loads(path.read_text())
        except ValueError as error:
            raise SkytError(f"{path}: broken JSON: {error}") from error
        if not isinstance(content, list) or not all(isinstance(row, dict) for row in content):
            raise SkytError(f"{path}: a JSON list of objects is wanted")
        return content
    return [*read_jsonl(path)]


def _as_prompt_completion(row: Mapping[str, Any], place: str) -> dict[str, Any]:
    if "prompt" in row and "completion" in row:
        return {
            "prompt": messages_of(row["prompt"], "user", place),
            "completion": messages_of(row["completion"], "assistant", place),
        }
    if isinstance(row.get("messages"), list):
        turns = messages_of(row["messages"], "user", place)
    elif isinstance(row.get("conversations"), list):
        turns = [sharegpt_turn(turn, place) for turn in row["conversations"]]
        if row.get("system"):
            turns.insert(0, {"role": "system", "content": row["system"]})
    else:
        raise SkytError(
            f"{place}: neither `prompt` and `completion`, nor `messages`, nor `conversations`; "
            f"it has {', '.join(sorted(row)) or 'nothing'}"
        )
    if len(turns) < 2 or turns[-1]["role"] != "assistant":
        raise SkytError(f"{place}: the last turn is not the assistant's")
    return {"prompt": turns[:-1], "completion": turns[-1:]}


def messages_of(value: Any, role: str, place: str) -> list[dict[str, str]]:
    """A text as one turn of `role`, or messages as they are."""
    if isinstance(value, str):
        return [{"role": role, "content": value}]
    try:
        turns = [{"role": turn["role"], "content": turn["content"]} for turn in value]
    except (TypeError, KeyError):
        turns = []
    if not turns:
        raise SkytError(f"{place}: a text, or messages with `role` and `content`, is wanted")
    return turns


def sharegpt_turn(turn: Mapping[str, Any], place: str) -> dict[str, str]:
    """A turn with `from` and `value` as a message."""
    if not isinstance(turn, Mapping) or "value" not in turn:
        raise SkytError(f"{place}: a turn with `from` and `value` is wanted")
    role = ROLES.get(str(turn.get("from")))
    if role is None:
        raise SkytError(f"{place}: unknown speaker {turn.get('from')!r}")
    return {"role": role, "content": turn["value"]}
