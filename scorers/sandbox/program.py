"""Run a program on its tests, in the fork that is locked up for it."""

from __future__ import annotations

import _thread
import atexit
import io
import os
import random
import signal
import sys
import threading
import time
import types
from typing import Any

from . import values
from .outbox import (
    COMPILE_ERROR,
    DATA_AT,
    MISSING,
    NO_MEMORY,
    NOT_PLAIN,
    OK,
    RAISED,
    RUNNING,
    describe,
    record,
    write_text,
)
from .prelude import RECURSION_LIMIT


def prepare() -> None:
    """In the zygote, once: what every fork would make again."""
    _fresh_interpreter()
    _streams.append((open_text(0, "r"), open_text(1, "w")))


# The first test's streams, made before the fork.
_streams: list[tuple[io.TextIOWrapper, io.TextIOWrapper]] = []


def serve_tests(request: dict[str, Any], plain: dict[str, Any]) -> int:
    """Run the request's `source` on each of its `inputs`, as far as it succeeds.

    `mode`: `main` for standard input and output, `call` for calls of `function`. `prelude`: whether
    the program sees its names; else its builtins are `plain`.
    """
    record(0, RUNNING, 0.0, DATA_AT, DATA_AT)
    try:
        code = compile(request["source"], "main.py", "exec", dont_inherit=True)
    except BaseException as error:
        record(0, COMPILE_ERROR, 0.0, DATA_AT, DATA_AT)
        write_text(describe(error))
        return 0
    inputs = request["inputs"]
    private = (os.dup(0), os.dup(1)) if len(inputs) > 1 else (0, 1)
    start = os.lseek(1, DATA_AT, 0)
    for index, data in enumerate(inputs):
        started = time.process_time()
        if index:  # undo what the test before may have left
            os.dup2(private[0], 0)
            os.dup2(private[1], 1)
            _fresh_interpreter()
            start = os.lseek(1, 0, 1)
            record(index, RUNNING, 0.0, start, start)
        if request["mode"] == "call":
            status, text = _call(request, plain, code, data)
        else:
            status, text = _run_main(request, plain, code, data)
        if index + 1 < len(inputs):
            os.dup2(private[1], 1)
        if text:
            write_text(text)
        record(index, status, time.process_time() - started, start, os.lseek(1, 0, 1))
        if status != OK or _thread._count():
            break
    return 0


def _run_main(
    request: dict[str, Any], plain: dict[str, Any], code: Any, data: bytes
) -> tuple[int, str]:
    """Run the program on standard input `data`."""
    os.ftruncate(0, 0)
    os.pwrite(0, data, 0)
    os.lseek(0, 0, 0)
    sys.stdin, out = _streams.pop() if _streams else (open_text(0, "r"), open_text(1, "w"))
    sys.stdout = out
    sys.__stdin__, sys.__stdout__ = sys.stdin, out  # type: ignore[misc]
    _, outcome = execute(code, None if request["prelude"] else plain)
    outcome = finish(outcome)
    for stream in {id(s): s for s in (sys.stdout, out)}.values():
        try:
            stream.flush()
        except BaseException as error:
            outcome = (OK, "") if isinstance(error, ValueError) and outcome[0] == OK else outcome
    return outcome


def _call(
    request: dict[str, Any], plain: dict[str, Any], code: Any, data: bytes
) -> tuple[int, str]:
    """Call the named function with the encoded arguments; its encoded result goes to the outbox."""
    silence()
    os.ftruncate(0, 0)
    os.lseek(0, 0, 0)
    sys.stdin = open_text(0, "r")
    names, outcome = execute(code, None if request["prelude"] else plain)
    if outcome[0] != OK:
        return outcome
    function = find_function(names, request["function"])
    if function is None:
        return MISSING, f"the program defines no {request['function'] or 'function'}"
    arguments = values.loads(data.decode(), trusted=True)
    outcome = (OK, "")
    text = ""
    try:
        result = function(*arguments)
        text = values.dumps(result)
    except values.NotPlain as error:
        outcome = (NOT_PLAIN, str(error))
    except SystemExit:
        outcome = (RAISED, "SystemExit instead of an answer")
    except MemoryError:
        outcome = (NO_MEMORY, "MemoryError")
    except BaseException as error:
        outcome = (RAISED, describe(error))
    outcome = finish(outcome)
    view = memoryview(text.encode())
    while view:
        view = view[os.write(1, view) :]
    return outcome


def find_function(names: dict[str, Any], name: str) -> Any:
    """`name` as a method of a new `Solution`, or as a function; None where there is neither.

    Without a name: the only public method of `Solution`.
    """
    solution = names.get("Solution")
    if not name and isinstance(solution, type):
        public = [n for n, f in vars(solution).items() if n[0] != "_" and callable(f)]
        name = public[-1] if public else ""
    if isinstance(solution, type) and hasattr(solution, name):
        return getattr(solution(), name)
    function = names.get(name)
    return function if callable(function) else None


def execute(code: Any, plain: dict[str, Any] | None) -> tuple[dict[str, Any], tuple[int, str]]:
    """Run compiled code as a fresh `__main__`; its names, and how it ended.

    Its builtins are `plain`, or those with the prelude's names.
    """
    module = types.ModuleType("__main__")
    names = module.__dict__
    names["__file__"] = "main.py"
    if plain is None:
        sys.setrecursionlimit(RECURSION_LIMIT)
    else:
        names["__builtins__"] = plain
    sys.modules["__main__"] = module
    try:
        exec(code, names)
    except SystemExit:
        pass  # whatever the code: what was printed is judged
    except MemoryError:
        return names, (NO_MEMORY, "MemoryError")
    except BaseException as error:
        return names, (RAISED, describe(error))
    return names, (OK, "")


def finish(outcome: tuple[int, str]) -> tuple[int, str]:
    """What the interpreter does at its end: wait for threads, run atexit functions."""
    try:
        if _thread._count():
            threading._shutdown()  # type: ignore[attr-defined]
        atexit._run_exitfuncs()
    except BaseException as error:
        return outcome if outcome[0] != OK else (RAISED, describe(error))
    return outcome


def _fresh_interpreter() -> None:
    """As it is at the start: no timer, Python's own limit, a repeatable random state."""
    signal.setitimer(signal.ITIMER_REAL, 0)
    sys.setrecursionlimit(1000)
    random.seed(1)


def silence() -> None:
    """Printing goes nowhere: what counts is what a function returns."""
    if os.lseek(1, 0, 1) < DATA_AT:
        os.lseek(1, DATA_AT, 0)
    null = os.open(os.devnull, os.O_WRONLY)
    sys.stdout = io.TextIOWrapper(io.FileIO(null, "w"))  # type: ignore[arg-type]
    sys.stdin = io.StringIO()


def open_text(fd: int, mode: str) -> io.TextIOWrapper:
    """Standard input or output as Python makes it."""
    raw = io.FileIO(fd, mode, closefd=False)
    buffer: Any = io.BufferedReader(raw) if mode == "r" else io.BufferedWriter(raw)
    stream = io.TextIOWrapper(buffer, encoding="utf-8", errors="surrogateescape")
    stream.mode = mode  # type: ignore[misc]
    return stream
