"""Assertions about a program, judged outside it.

Test code such as `assert f(2) == 4` or `check(candidate)` holds the expected values, so it must
not run where the program can see or change it. The judge, a locked-up fork of its own, runs the
test code; the program lives in another fork. What the test code takes from the program is a
`Remote`: a call sends plain arguments over a socket and plain data comes back. An object that is
not plain stays with the program and is a Remote here: it equals nothing and is neither true nor
false, so no `__eq__` or `__bool__` of the program's is ever asked.
"""

from __future__ import annotations

import builtins
import io
import json
import os
import struct
import time
from typing import Any

from . import values
from .outbox import COMPILE_ERROR, DATA_AT, RUNNING, describe, record, write_text
from .program import execute, silence

_LIMIT = 16 << 20


class Link:
    """Messages over the socket on descriptor 0: length, then JSON."""

    def __init__(self) -> None:
        self._stream = io.FileIO(0, "r+", closefd=False)
        self.calls = 0

    def send(self, message: dict[str, Any]) -> None:
        data = json.dumps(message).encode()
        view = memoryview(struct.pack("<I", len(data)) + data)
        while view:
            view = view[os.write(0, view) :]

    def receive(self) -> dict[str, Any] | None:
        size = struct.unpack("<I", self._exactly(4) or b"\xff\xff\xff\xff")[0]
        data = self._exactly(size) if size <= _LIMIT else None
        return json.loads(data) if data is not None else None

    def _exactly(self, size: int) -> bytes | None:
        parts = []
        while size:
            part = self._stream.read(min(size, 1 << 20))
            if not part:
                return None
            parts.append(part)
            size -= len(part)
        return b"".join(parts)


# --- the program's side ---------------------------------------------------------------------


def serve_candidate(request: dict[str, Any], plain: dict[str, Any]) -> int:
    """Run the program once, then answer the judge's questions until it hangs up."""
    link = Link()
    record(0, RUNNING, 0.0, DATA_AT, DATA_AT)
    silence()
    names: dict[str, Any] = {}
    try:
        code = compile(request["source"], "main.py", "exec", dont_inherit=True)
        names, outcome = execute(code, None if request["prelude"] else plain)
    except BaseException as error:
        outcome = (COMPILE_ERROR, describe(error))
    if outcome[1]:
        write_text(outcome[1])
    record(0, outcome[0], time.process_time(), DATA_AT, DATA_AT)
    link.send({"names": [n for n in names if isinstance(n, str)], "failed": outcome[1]})
    objects: list[Any] = []

    def number(value: Any) -> int:
        objects.append(value)
        return len(objects) - 1

    while (question := link.receive()) is not None:
        try:
            target = question["target"]
            found = names[target] if isinstance(target, str) else objects[target]
            changed = None
            if "get" in question:
                result = getattr(found, question["get"])
            elif "set" in question:
                content = values.loads(question["value"], True, objects.__getitem__)
                result = setattr(found, question["set"], content)  # type: ignore[func-returns-value]
            else:
                arguments, keywords = values.loads(question["call"], True, objects.__getitem__)
                result = found(*arguments, **keywords)
                changed = values.dumps([arguments, keywords], number)
            reply = {"value": values.dumps(result, number), "arguments": changed}
        except BaseException as error:
            reply = {"error": describe(error), "kind": type(error).__name__}
        link.send(reply)
    return 0


# --- the judge's side -----------------------------------------------------------------------


class RemoteError(Exception):
    """The program raised something, or is gone."""


class Remote:
    """A name or an object of the program, as the test code sees it."""

    def __init__(self, link: Link, target: str | int) -> None:
        self.__dict__.update(_link=link, _target=target)

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        self._link.calls += 1
        text = values.dumps([list(arguments), keywords], _number)
        reply = _ask(self._link, {"target": self._target, "call": text})
        # In-place functions return None; elsewhere the test's own data stays as it was.
        if reply["value"] == "null" and reply["arguments"] not in (None, text):
            _copy_changes(self._link, reply["arguments"], arguments)
        return _answer(self._link, reply["value"])

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        reply = _ask(self._link, {"target": self._target, "get": name})
        return _answer(self._link, reply["value"])

    def __setattr__(self, name: str, value: Any) -> None:
        text = values.dumps(value, _number)
        _ask(self._link, {"target": self._target, "set": name, "value": text})

    def __bool__(self) -> bool:
        raise TypeError("the program returned an object that is not plain data")

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Remote):
            return self is other
        raise TypeError("the program returned an object that is not plain data")

    __hash__ = None  # type: ignore[assignment]


def _number(value: Any) -> Any:
    return value._target if isinstance(value, Remote) else None


def _answer(link: Link, text: str) -> Any:
    return values.loads(text, True, lambda number: Remote(link, number))


def _ask(link: Link, question: dict[str, Any]) -> dict[str, Any]:
    link.send(question)
    reply = link.receive()
    if reply is None:
        raise RemoteError("the program ended early")
    if "error" in reply:
        kind = getattr(builtins, str(reply["kind"]), None)
        # What ends a loop must not: `all(map(f, xs))` would be true of the cases it left out. And
        # an ImportError would blame the test code.
        not_its = (StopIteration, StopAsyncIteration, ImportError)
        if isinstance(kind, type) and issubclass(kind, Exception) and not issubclass(kind, not_its):
            try:
                raise kind(reply["error"])
            except TypeError:
                pass
        raise RemoteError(reply["error"])
    return reply


def _copy_changes(link: Link, text: str, arguments: tuple[Any, ...]) -> None:
    """Programs may work in place: copy what they did to lists and dicts they were given."""
    for mine, theirs in zip(arguments, _answer(link, text)[0], strict=True):
        if isinstance(mine, list) and isinstance(theirs, list):
            mine[:] = theirs
        elif isinstance(mine, (dict, set)) and type(mine) is type(theirs):
            mine.clear()
            mine.update(theirs)
