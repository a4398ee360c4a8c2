"""The judge of assertions: a fork that runs test code against a program in another one."""

from __future__ import annotations

import ast
import builtins
import contextlib
import importlib
import json
import sys
import time
import types
from dataclasses import dataclass
from typing import Any

from . import nodes
from .outbox import DATA_AT, MISSING, OK, RAISED, REFUTED, RUNNING, describe, record, write_text
from .program import silence
from .remote import Link, Remote, RemoteError

# Modules by the names that test code gives them, besides the standard library's.
_MODULES = {"np": "numpy", "numpy": "numpy"}
_HELPERS = "TreeNode ListNode tree_node list_node is_same_tree is_same_list".split()


def serve_judge(request: dict[str, Any], plain: dict[str, Any]) -> int:
    """Run the test code, piece by piece, and record what held."""
    link = Link()
    silence()
    plan = json.loads(request["source"])
    record(0, RUNNING, 0.0, DATA_AT, DATA_AT)
    names = types.ModuleType("tests").__dict__
    try:
        _prepare(plain, link, plan, names)
    except BaseException as error:
        write_text(describe(error))
        record(0, _blame(error), 0.0, DATA_AT, DATA_AT)
        return 0
    for index, test in enumerate(plan["tests"]):
        started = time.process_time()
        record(index, RUNNING, 0.0, DATA_AT, DATA_AT)
        status = OK
        try:
            exec(compile(test, "test.py", "exec", dont_inherit=True), names)
            if not link.calls:
                raise RemoteError("the test never called the program")
        except AssertionError as error:
            status = REFUTED
            write_text(f"assertion failed: {error}"[:300])
        except BaseException as error:
            status = _blame(error)
            write_text(f"{type(error).__name__}: {error}"[:300])
        spent = time.process_time() - started
        record(index, status, spent, DATA_AT, DATA_AT)
        if status != OK and not request["all"]:
            break
    return 0


def _blame(error: BaseException) -> int:
    """The test code's own imports are no fault of the program's, which cannot raise ImportError
    here (see `remote._ask`)."""
    return MISSING if isinstance(error, ImportError) else RAISED


def _prepare(
    plain: dict[str, Any], link: Link, plan: dict[str, Any], names: dict[str, Any]
) -> None:
    """Bind the program's names and run the set-up code."""
    hello = link.receive()
    if hello is None or hello["failed"]:
        raise RemoteError("the program failed while it was loaded")
    offered = set(map(str, hello["names"]))
    uses = uses_of(plan)
    wanted = remote_names(uses, plan["entry_point"], offered, set(plain))
    if not wanted & offered:  # then no name of the prelude may answer in its place
        names["__builtins__"] = plain
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
