"""The outbox, descriptor 1 of a fork: records of its tests, one message, then the answers.

Written by the fork, read by `worker.Ran`, which trusts nothing in it.
"""

from __future__ import annotations

import contextlib
import os
import struct

# status, CPU seconds, start and end of the answer in the outbox
RECORD = struct.Struct("<BdQQ")
RECORD_STEP, MAX_TESTS = 32, 200
TEXT_AT, TEXT_MAX, DATA_AT = 8192, 4000, 16384
OK, RUNNING, RAISED, NO_MEMORY, COMPILE_ERROR, MISSING, NOT_PLAIN, REFUTED = range(1, 9)


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
