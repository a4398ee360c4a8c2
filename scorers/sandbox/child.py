"""One run of a program: what a fork of the zygote does until it exits.

It gets two memfds. `inbox` holds the request: source and inputs; it becomes descriptor 0. `outbox`
becomes descriptor 1: records of what happened at its head, then what the program printed or
returned. Nothing else leaves. The program can write what it likes there: these are only answers,
and the judge alone knows which are right.
"""

from __future__ import annotations

import _thread
import atexit
import contextlib
import io
import marshal
import os
import random
import resource
import signal
import struct
import sys
import threading
import time
import types
from dataclasses import dataclass
from typing import Any

from . import command, landlock, remote, seccomp, values
from .prelude import RECURSION_LIMIT

# status, CPU seconds, start and end of the answer in the outbox
RECORD = struct.Struct("<BdQQ")
RECORD_STEP, MAX_TESTS = 32, 200
TEXT_AT, TEXT_MAX, DATA_AT = 8192, 4000, 16384
OK, RUNNING, RAISED, NO_MEMORY, COMPILE_ERROR, MISSING, NOT_PLAIN, REFUTED = range(1, 9)
STACK = 100 << 20  # the gap below the stack is 128 MiB (mm/util.c), so more would not be there


@dataclass(frozen=True, slots=True)
class Cell:
    """What the zygote prepared for its forks; None or -1 where a layer is not in force."""

    rules: int = -1
    filters: seccomp.ChildFilter | None = None
    scratch: str = "/"
    quota: bool = False  # whether the file system of the scratch folder keeps one
    base_memory: int = 0
    locked: int = -1  # pipe that tells the zygote: from here on, whatever happens is the program's
    builtins: dict[str, Any] | None = None  # without the prelude's names


def run(cell: Cell, inbox: int, outbox: int, limits: tuple[float, int, int], partner: int) -> None:
    """Lock this process up and run what the inbox asks for. Never returns."""
    code = 70
    try:
        # Written by the judge.
        request = marshal.loads(os.pread(inbox, os.lseek(inbox, 0, os.SEEK_END), 0))
        _lock_up(cell, inbox if partner < 0 else partner, outbox, limits)
        code = _serve(cell, request)
    except BaseException as error:
        write_text(f"{type(error).__name__}: {error}")
    finally:
        os._exit(code)


_SAME_LIMITS = (
    (resource.RLIMIT_CORE, 0),
    (resource.RLIMIT_NOFILE, 256),
    (resource.RLIMIT_MEMLOCK, 0),
)


def prepare() -> None:
    """In the zygote, once: what is the same for every fork. Each page that a fork need not touch
    again saves it two microseconds."""
    for limit, value in _SAME_LIMITS:
        _set_limit(limit, value)
    hard = resource.getrlimit(resource.RLIMIT_STACK)[1]
    stack = STACK if hard < 0 else min(STACK, hard)
    resource.setrlimit(resource.RLIMIT_STACK, (stack, hard))
    fresh_interpreter()
    _streams.append((open_text(0, "r"), open_text(1, "w")))


# The first test's streams, made before the fork.
_streams: list[tuple[io.TextIOWrapper, io.TextIOWrapper]] = []


def _set_limit(limit: int, value: int) -> None:
    hard = resource.getrlimit(limit)[1]
    value = value if hard < 0 else min(value, hard)
    resource.setrlimit(limit, (value, value))


def _lock_up(cell: Cell, stdin: int, stdout: int, limits: tuple[float, int, int]) -> None:
    cpu, memory, file_size = limits
    os.dup2(stdin, 0)
    os.dup2(stdout, 1)
    _set_limit(resource.RLIMIT_CPU, int(cpu) + 3)
    _set_limit(resource.RLIMIT_AS, cell.base_memory + memory)
    _set_limit(resource.RLIMIT_FSIZE, file_size)
    if cell.rules >= 0:
        landlock.restrict_self(cell.rules)
    os.write(cell.locked, b"l")
    os.closerange(3, 1 << 20)
    if cell.filters is not None:
        cell.filters.install(os.getpid())


def _serve(cell: Cell, request: dict[str, Any]) -> int:
    mode = request["mode"]
    if mode == "command":
        return command.serve(cell, request)
    if mode == "candidate":
        return remote.serve_candidate(cell, request)
    if mode == "judge":
        return remote.serve_judge(cell, request)
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
            fresh_interpreter()
            start = os.lseek(1, 0, 1)
            record(index, RUNNING, 0.0, start, start)
        if mode == "call":
            status, text = _call(cell, request, code, data)
        else:
            status, text = _run_main(cell, request, code, data)
        if index + 1 < len(inputs):
            os.dup2(private[1], 1)
        if text:
            write_text(text)
        record(index, status, time.process_time() - started, start, os.lseek(1, 0, 1))
        if status != OK or _thread._count():
            break
    return 0


def _run_main(cell: Cell, request: dict[str, Any], code: Any, data: bytes) -> tuple[int, str]:
    """Run the program on standard input `data`."""
    os.ftruncate(0, 0)
    os.pwrite(0, data, 0)
    os.lseek(0, 0, 0)
    sys.stdin, out = _streams.pop() if _streams else (open_text(0, "r"), open_text(1, "w"))
    sys.stdout = out
    sys.__stdin__, sys.__stdout__ = sys.stdin, out  # type: ignore[misc]
    _, outcome = execute(cell, request["prelude"], code)
    outcome = finish(outcome)
    for stream in {id(s): s for s in (sys.stdout, out)}.values():
        try:
            stream.flush()
        except BaseException as error:
            outcome = (OK, "") if isinstance(error, ValueError) and outcome[0] == OK else outcome
    return outcome


def _call(cell: Cell, request: dict[str, Any], code: Any, data: bytes) -> tuple[int, str]:
    """Call the named function with the encoded arguments; its encoded result goes to the outbox."""
    silence()
    os.ftruncate(0, 0)
    os.lseek(0, 0, 0)
    sys.stdin = open_text(0, "r")
    names, outcome = execute(cell, request["prelude"], code)
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


def execute(cell: Cell, prelude: bool, code: Any) -> tuple[dict[str, Any], tuple[int, str]]:
    """Run compiled code as a fresh `__main__`; its names, and how it ended."""
    module = types.ModuleType("__main__")
    names = module.__dict__
    names["__file__"] = "main.py"
    if prelude:
        sys.setrecursionlimit(RECURSION_LIMIT)
    elif cell.builtins is not None:
        names["__builtins__"] = cell.builtins
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


def fresh_interpreter() -> None:
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


def describe(error: BaseException) -> str:
    """Exception, message and line, in one line."""
    line = ""
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == "main.py":
            line = f" (line {trace.tb_lineno})"
        trace = trace.tb_next
    if isinstance(error, SyntaxError) and error.lineno:
        line = f" (line {error.lineno})"
    try:
        message = str(error.msg if isinstance(error, SyntaxError) else error)[:300]
    except BaseException:
        message = ""
    return f"{type(error).__name__}: {message}{line}"


def record(index: int, status: int, cpu: float, start: int, end: int) -> None:
    os.pwrite(1, RECORD.pack(status, cpu, start, end), index * RECORD_STEP)


def write_text(text: str) -> None:
    data = text.encode("utf-8", "replace")[:TEXT_MAX]
    with contextlib.suppress(OSError):
        os.pwrite(1, struct.pack("<H", len(data)) + data, TEXT_AT)
