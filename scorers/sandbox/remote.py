"""Assertions about a program, judged outside it.

Test code such as `assert f(2) == 4` or `check(candidate)` holds the expected values, so it must
not run where the program can see or change it. The judge, a locked-up fork of its own, runs the
test code; the program lives in another fork. What the test code takes from the program is a
`Remote`: a call sends plain arguments over a socket and plain data comes back. An object that is
not plain stays with the program and is a Remote here: it equals nothing and is neither true nor
false, so no `__eq__` or `__bool__` of the program's is ever asked.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import importlib
import io
import json
import os
import struct
import sys
import time
import types
from dataclasses import dataclass
from typing import Any

from . import child, nodes, values

_LIMIT = 16 << 20


class _Link:
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


def serve_candidate(cell: child.Cell, request: dict[str, Any]) -> int:
    """Run the program once, then answer the judge's questions until it hangs up."""
    link = _Link()
    child.record(0, child.RUNNING, 0.0, child.DATA_AT, child.DATA_AT)
    child.silence()
    names: dict[str, Any] = {}
    try:
        code = compile(request["source"], "main.py", "exec", dont_inherit=True)
        names, outcome = child.execute(cell, request["prelude"], code)
    except BaseException as error:
        outcome = (child.COMPILE_ERROR, child.describe(error))
    if outcome[1]:
        child.write_text(outcome[1])
    child.record(0, outcome[0], time.process_time(), child.DATA_AT, child.DATA_AT)
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
            reply = {"error": child.describe(error), "kind": type(error).__name__}
        link.send(reply)
    return 0


# --- the judge's side -----------------------------------------------------------------------


class RemoteError(Exception):
    """The program raised something, or is gone."""


class Remote:
    """A name or an object of the program, as the test code sees it."""

    def __init__(self, link: _Link, target: str | int) -> None:
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


def _answer(link: _Link, text: str) -> Any:
    return values.loads(text, True, lambda number: Remote(link, number))


def _ask(link: _Link, question: dict[str, Any]) -> dict[str, Any]:
    link.send(question)
    reply = link.receive()
    if reply is None:
        raise RemoteError("the program ended early")
    if "error" in reply:
        kind = getattr(builtins, str(reply["kind"]), None)
        # What ends a loop must not: `all(map(f, xs))` would be true of the cases it left out.
        ends_loops = kind in (StopIteration, StopAsyncIteration)
        if isinstance(kind, type) and issubclass(kind, Exception) and not ends_loops:
            try:
                raise kind(reply["error"])
            except TypeError:
                pass
        raise RemoteError(reply["error"])
    return reply


def _copy_changes(link: _Link, text: str, arguments: tuple[Any, ...]) -> None:
    """Programs may work in place: copy what they did to lists and dicts they were given."""
    for mine, theirs in zip(arguments, _answer(link, text)[0], strict=True):
        if isinstance(mine, list) and isinstance(theirs, list):
            mine[:] = theirs
        elif isinstance(mine, (dict, set)) and type(mine) is type(theirs):
            mine.clear()
            mine.update(theirs)


# Modules by the names that test code gives them, besides the standard library's.
_MODULES = {"np": "numpy", "numpy": "numpy"}
_HELPERS = "TreeNode ListNode tree_node list_node is_same_tree is_same_list".split()


def serve_judge(cell: child.Cell, request: dict[str, Any]) -> int:
    """Run the test code, piece by piece, and record what held."""
    link = _Link()
    child.silence()
    plan = json.loads(request["source"])
    child.record(0, child.RUNNING, 0.0, child.DATA_AT, child.DATA_AT)
    names = types.ModuleType("tests").__dict__
    try:
        _prepare(cell, link, plan, names)
    except BaseException as error:
        child.write_text(child.describe(error))
        child.record(0, child.RAISED, 0.0, child.DATA_AT, child.DATA_AT)
        return 0
    for index, test in enumerate(plan["tests"]):
        started = time.process_time()
        child.record(index, child.RUNNING, 0.0, child.DATA_AT, child.DATA_AT)
        status = child.OK
        try:
            exec(compile(test, "test.py", "exec", dont_inherit=True), names)
            if not link.calls:
                raise RemoteError("the test never called the program")
        except AssertionError as error:
            status = child.REFUTED
            child.write_text(f"assertion failed: {error}"[:300])
        except BaseException as error:
            status = child.RAISED
            child.write_text(f"{type(error).__name__}: {error}"[:300])
        spent = time.process_time() - started
        child.record(index, status, spent, child.DATA_AT, child.DATA_AT)
        if status != child.OK and not request["all"]:
            break
    return 0


def _prepare(cell: child.Cell, link: _Link, plan: dict[str, Any], names: dict[str, Any]) -> None:
    """Bind the program's names and run the set-up code."""
    hello = link.receive()
    if hello is None or hello["failed"]:
        raise RemoteError("the program failed while it was loaded")
    offered = set(map(str, hello["names"]))
    uses = uses_of(plan)
    wanted = remote_names(uses, plan["entry_point"], offered, set(cell.builtins or {}))
    if not wanted & offered:  # then no name of the prelude may answer in its place
        names["__builtins__"] = cell.builtins
    names.update((n, getattr(nodes, n)) for n in _HELPERS)
    for name in free_modules(uses) - set(vars(builtins)):
        with contextlib.suppress(ImportError):
            names[name] = importlib.import_module(_MODULES.get(name, name))
    names.update({name: Remote(link, name) for name in wanted})
    exec(compile(plan["setup"], "setup.py", "exec", dont_inherit=True), names)
    if plan["entry_point"]:
        names[plan["entry_point"]] = Remote(link, plan["entry_point"])


@dataclass(frozen=True, slots=True)
class Uses:
    """Names that test code binds, that it loads, and that it loads other than as `name.x`."""

    bound: set[str]
    loaded: set[str]
    undotted: set[str]


def uses_of(plan: dict[str, Any]) -> Uses:
    """What the set-up and the tests do with names."""
    uses = Uses(set(), set(), set())
    for text in (plan["setup"], *plan["tests"]):
        dotted: set[int] = set()  # filled in time: ast.walk comes to a node before its children
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Name):
                (uses.loaded if isinstance(node.ctx, ast.Load) else uses.bound).add(node.id)
                if id(node) not in dotted:
                    uses.undotted.add(node.id)
            elif isinstance(node, ast.Attribute):
                dotted.add(id(node.value))
            elif isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef)):
                uses.bound.add(node.name)
            elif isinstance(node, ast.alias):
                uses.bound.add((node.asname or node.name).split(".")[0])
            elif isinstance(node, ast.arg):
                uses.bound.add(node.arg)
            elif isinstance(node, (ast.ExceptHandler, ast.MatchAs)) and node.name:
                uses.bound.add(node.name)
    return uses


def free_modules(uses: Uses) -> set[str]:
    """The modules that test code uses (`name.something`, nothing else) and does not bind."""
    known = set(sys.stdlib_module_names) | set(_MODULES)
    return (uses.loaded - uses.bound - uses.undotted) & known


def remote_names(uses: Uses, entry: str, offered: set[str], plain: set[str]) -> set[str]:
    """The names in the test code that mean the program's; `plain` are those of Python's builtins.

    Never one that the test code binds itself, nor a module that it forgot to import; one of the
    prelude's only where the test code uses nothing else of the program's, and a builtin only where
    it uses nothing but builtins. A program that defines its own `abs`, `isclose` or `np` would
    otherwise judge itself.
    """
    free = uses.loaded - uses.bound - set(_HELPERS)
    mine = (free & offered) - free_modules(uses)
    unlike_prelude = {name for name in mine if name not in vars(builtins)}
    only_builtins = mine if free <= plain else set()
    return (unlike_prelude | ({entry} - {""})) or (mine - plain) or only_builtins
