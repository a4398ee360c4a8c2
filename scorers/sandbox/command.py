"""One Python command with files around it, inside the sandbox: what `session` asks for.

The files are written into the scratch folder first; standard output and error, the exit code and
the files as they are then come back through the outbox. A program that is killed leaves only what
it had printed.
"""

from __future__ import annotations

import os
import struct
import sys
import time
import traceback
from typing import Any

from . import wipe
from .outbox import DATA_AT, OK, RUNNING, record, write_text
from .program import finish, open_text

STDOUT, FILES, STDERR = 0, 1, 2  # records in the outbox
_ERRORS = ".stderr"


def serve(request: dict[str, Any]) -> int:
    """Run the request's `source` with its `argv`, `stdin` and `files` (names and contents)."""
    for name, content in request["files"].items():
        if os.path.dirname(name):
            os.makedirs(os.path.dirname(name), exist_ok=True)
        with open(name, "wb") as stream:
            stream.write(content)
    os.dup2(os.open(_ERRORS, os.O_RDWR | os.O_CREAT, 0o600), 2)
    sys.stderr = open_text(2, "w")
    sys.argv = request["argv"]
    sys.path.insert(0, "")
    os.ftruncate(0, 0)
    os.pwrite(0, request["stdin"], 0)
    os.lseek(0, 0, 0)
    os.lseek(1, DATA_AT, 0)
    sys.stdin, sys.stdout = open_text(0, "r"), open_text(1, "w")
    record(STDOUT, RUNNING, 0.0, DATA_AT, DATA_AT)
    code = _run(request["source"])
    for stream_ in (sys.stdout, sys.stderr):
        stream_.flush()
    write_text(str(code))
    end = os.lseek(1, 0, 1)
    record(STDOUT, OK, time.process_time(), DATA_AT, end)
    start = end
    with open(_ERRORS, "rb") as errors:
        os.write(1, errors.read(1 << 20))
    end = os.lseek(1, 0, 1)
    record(STDERR, OK, 0.0, start, end)
    start = end
    for path in sorted(wipe.entries_of(".")):
        if os.path.isfile(path) and os.path.basename(path) != _ERRORS:
            name = os.path.relpath(path).encode("utf-8", "surrogateescape")
            with open(path, "rb") as file:
                data = file.read()
            os.write(1, struct.pack("<IQ", len(name), len(data)) + name + data)
    record(FILES, OK, 0.0, start, os.lseek(1, 0, 1))
    return 0


def _run(source: bytes) -> int:
    """Run it as `__main__`; its exit code."""
    import types

    module = types.ModuleType("__main__")
    sys.modules["__main__"] = module
    try:
        exec(compile(source, sys.argv[0] or "-c", "exec", dont_inherit=True), module.__dict__)
        finish((OK, ""))
    except SystemExit as stop:
        if stop.code is None or isinstance(stop.code, int):
            return (stop.code or 0) & 0xFF
        print(stop.code, file=sys.stderr)
        return 1
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


def files_of(data: bytes) -> dict[str, bytes]:
    """The files in a FILES record. The text is the program's: anything odd ends the list."""
    found: dict[str, bytes] = {}
    at = 0
    while at + 12 <= len(data):
        length, size = struct.unpack_from("<IQ", data, at)
        name = data[at + 12 : at + 12 + length]
        content = data[at + 12 + length : at + 12 + length + size]
        at += 12 + length + size
        path = os.path.normpath(name.decode("utf-8", "replace"))
        if len(content) < size or os.path.isabs(path) or path.startswith(".."):
            break
        found[path] = content
    return found
