"""A folder of files and Python commands run over it, each in a fork of its own."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field

from . import command, job, outbox
from .backends import open_backend
from .pool import shared_pool
from .worker import Limits

_INTERPRETER_FLAGS = {"-u", "-B", "-I", "-s", "-S", "-E", "-q", "-P"}


@dataclass(frozen=True, slots=True)
class Finished:
    """How a command ended: `code` as a shell would see it; `timed_out` where a limit ended it."""

    code: int
    stdout: bytes
    stderr: bytes
    timed_out: bool = False


@dataclass
class Session:
    """Files by relative path, kept here between commands; nothing of it touches the disk."""

    sandbox: str = "native"
    namespaces: str = "auto"
    memory: int = 512 << 20
    files: dict[str, bytes] = field(default_factory=dict)

    def run(self, argv: list[str], stdin: bytes = b"", seconds: float = 30.0) -> Finished:
        """Run `python …`: `-c code`, a file of the session, or standard input as the program.

        Other commands end with 127: programs of this sandbox start no programs. Raises
        SandboxMissing, WorkerFailed.
        """
        try:
            source, argv, stdin = self._program(argv, stdin)
        except _NotRunnable as error:
            return Finished(error.code, b"", f"{error}\n".encode())
        backend = open_backend(self.sandbox, self.namespaces)
        request = {
            "mode": "command",
            "source": source,
            "argv": argv,
            "stdin": stdin,
            "files": self.files,
        }
        size = len(source) + len(stdin) + sum(map(len, self.files.values()))
        limits = Limits(seconds, seconds, self.memory, (48 << 20) + 2 * size)
        with shared_pool(backend.layers, b"numpy" in source).worker() as worker:
            (ran,) = worker.run(request, limits=limits)
        try:
            texts = {}
            for index in (command.STDOUT, command.STDERR, command.FILES):
                answer = ran.answer(index)
                texts[index] = ran.text(answer, limits.output) if answer is not None else b""
            done = ran.answer(command.FILES)
            late = ran.killed in (job.KILLED_CPU, job.KILLED_WALL)
            if done is None or done.status != outbox.OK:
                code = 128 + (ran.status & 0x7F) if ran.status & 0x7F else ran.status >> 8
                return Finished(code, texts[command.STDOUT], ran.message().encode(), late)
            self.files = command.files_of(texts[command.FILES])
            code = int(ran.message()) if re.fullmatch("[0-9]{1,3}", ran.message()) else 1
            return Finished(code, texts[command.STDOUT], texts[command.STDERR])
        finally:
            ran.close()

    def _program(self, argv: list[str], stdin: bytes) -> tuple[bytes, list[str], bytes]:
        name = os.path.basename(argv[0]) if argv else ""
        if not name.startswith("python"):
            raise _NotRunnable(127, f"{name or 'nothing'}: this sandbox runs Python programs only")
        rest = argv[1:]
        while rest and rest[0] in _INTERPRETER_FLAGS:
            rest = rest[1:]
        if rest[:1] == ["-c"] and len(rest) > 1:
            return rest[1].encode("utf-8", "surrogateescape"), ["-c", *rest[2:]], stdin
        if not rest or rest[0] == "-":
            return stdin, ["-", *rest[1:]], b""
        if rest[0].startswith("-"):
            raise _NotRunnable(2, f"python {rest[0]}: this option is not offered here")
        path = os.path.normpath(rest[0])
        if path not in self.files:
            raise _NotRunnable(2, f"python: can't open file {rest[0]!r}: no such file")
        return self.files[path], rest, stdin


class _NotRunnable(Exception):
    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code
