"""The judge's side of one zygote: start it, send it jobs, read what came back."""

from __future__ import annotations

import json
import marshal
import os
import socket
import struct
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import job, outbox
from .view import interpreter_view

# Load this folder as a package without putting its parent on the path, where folders called
# `math` and `code` would hide the standard library's.
_START = """
import importlib.util, sys
spec = importlib.util.spec_from_file_location(
    "sandbox", sys.argv[2] + "/__init__.py", submodule_search_locations=[sys.argv[2]]
)
sys.modules["sandbox"] = importlib.util.module_from_spec(spec)
from sandbox.zygote import main
main()
"""
# A clean environment: no tokens, no proxies; the same set order and BLAS threads every time.
_ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "HOME": "/",
    "PYTHONHASHSEED": "0",
    "MALLOC_ARENA_MAX": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}
_START_SECONDS = 60.0


class WorkerFailed(Exception):
    """The zygote did not start, or died: our failure, never the program's."""


@dataclass(frozen=True, slots=True)
class Layers:
    """Which walls a zygote builds around its programs."""

    namespaces: bool = True
    landlock: bool = True
    seccomp: bool = True
    drop: bool = True
    wrapper: tuple[str, ...] = ()  # a command to start it under, such as bwrap's


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one fork: CPU and wall seconds, bytes of address space beyond the interpreter's own,
    bytes of output."""

    cpu: float = 2.0
    wall: float = 5.0
    memory: int = 512 << 20
    output: int = 16 << 20


@dataclass(frozen=True, slots=True)
class Answer:
    """What one test left: a status of `outbox`, CPU seconds, and where its text lies."""

    status: int
    cpu: float
    start: int
    end: int


@dataclass(slots=True)
class Ran:
    """How one fork ended, and its outbox (close it)."""

    status: int
    killed: int
    cpu: float
    wall: float
    peak: int
    locked: bool
    outbox: int
    size: int = field(init=False)

    def __post_init__(self) -> None:
        self.size = os.fstat(self.outbox).st_size

    def answer(self, index: int) -> Answer | None:
        """What the fork recorded for test `index`; None where it did not come so far."""
        data = os.pread(self.outbox, outbox.RECORD.size, index * outbox.RECORD_STEP)
        if len(data) < outbox.RECORD.size:
            return None
        status, cpu, start, end = outbox.RECORD.unpack(data)
        if not 0 <= cpu < 1e9:
            cpu = 0.0
        return Answer(status, cpu, start, end) if status else None

    def text(self, answer: Answer, most: int) -> bytes:
        """At most `most` bytes of an answer; an unfinished one ends where the outbox does."""
        end = self.size if answer.status == outbox.RUNNING else min(answer.end, self.size)
        start = min(max(answer.start, outbox.DATA_AT), self.size)  # the numbers are the program's
        return os.pread(self.outbox, max(0, min(end - start, most)), start)

    def message(self) -> str:
        """The last exception that the fork told of; '' where there was none."""
        head = os.pread(self.outbox, 2, outbox.TEXT_AT)
        size = struct.unpack("<H", head)[0] if len(head) == 2 else 0
        text = os.pread(self.outbox, min(size, outbox.TEXT_MAX), outbox.TEXT_AT + 2)
        words = " ".join(text.decode("utf-8", "replace").split())
        return "".join(c if c.isprintable() else "\ufffd" for c in words)  # it ends up in logs

    def close(self) -> None:
        if self.outbox >= 0:
            os.close(self.outbox)
            self.outbox = -1


def _new_scratch(root: str) -> str:
    try:
        return tempfile.mkdtemp(prefix="skyt-sandbox-", dir=root)
    except OSError as error:
        raise OSError(
            f"no scratch folder can be made in {root} ({error.strerror}); set TMPDIR to a folder "
            "that you can write to"
        ) from error


class Worker:
    """One zygote process. Not thread-safe: a pool lends it to one caller at a time."""

    def __init__(self, layers: Layers, numpy: bool = False, scratch_root: str | None = None):
        self.layers = layers
        self.ahead = False
        view = interpreter_view()
        self._scratch = ""
        if not layers.namespaces:
            self._scratch = _new_scratch(scratch_root or tempfile.gettempdir())
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._socket = ours
        config = {
            "parent": (parent := os.pidfd_open(os.getpid())),
            "control": theirs.fileno(),
            "namespaces": layers.namespaces,
            "landlock": layers.landlock,
            "seccomp": layers.seccomp,
            "drop": layers.drop,
            "numpy": numpy,
            "readable": view.readable,
            "site": view.site,
            "scratch": self._scratch,
            "quota": 32 << 20,
        }
        wrapper = [part.replace("{scratch}", self._scratch) for part in layers.wrapper]
        command = [*wrapper, sys.executable, "-s", "-S", "-P", "-X", "utf8", "-c", _START]
        command += [json.dumps(config), str(Path(__file__).parent)]
        try:
            self._process = subprocess.Popen(
                command,
                env=_ENVIRONMENT,
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(), parent),
                start_new_session=True,
            )
        finally:
            theirs.close()
            os.close(parent)
        try:
            self._receive(_START_SECONDS)
        except BaseException:
            self.close()
            raise

    def run(self, *requests: dict[str, Any], limits: Limits) -> list[Ran]:
        """Run one program, or a judge and its candidate: what `child` reads, of each.

        With `ahead` set, the fork of the next run gets ready meanwhile: on a core that is idle
        that takes a fifth off its time, elsewhere it only costs.

        Raises WorkerFailed.
        """
        fds: list[int] = []
        try:
            for request in requests:
                inbox = os.memfd_create("inbox", os.MFD_CLOEXEC)
                fds.append(inbox)
                view = memoryview(marshal.dumps(request))
                while view:
                    view = view[os.write(inbox, view) :]
                fds.append(os.memfd_create("outbox", os.MFD_CLOEXEC))
            message = job.JOB.pack(
                limits.cpu, limits.wall, limits.memory, limits.output, self.ahead
            )
            try:
                socket.send_fds(self._socket, [message], fds)
            except OSError as error:
                raise WorkerFailed(f"the sandbox is gone: {error}") from error
            reply = self._receive(limits.wall + 20)
            ran = []
            for index in range(len(requests)):
                status, killed, cpu, wall, peak, locked = job.REPORT.unpack_from(
                    reply, index * job.REPORT.size
                )
                ran.append(Ran(status, killed, cpu, wall, peak, locked, fds[2 * index + 1]))
            fds = fds[::2]
            if not all(r.locked for r in ran):
                why = ran[0].message() or "a fork failed before it was locked up"
                for one in ran:
                    one.close()
                raise WorkerFailed(why)
            return ran
        except struct.error as error:
            raise WorkerFailed("the sandbox sent a short report") from error
        finally:
            for fd in fds:
                os.close(fd)

    def _receive(self, seconds: float) -> bytes:
        self._socket.settimeout(seconds)
        try:
            message = self._socket.recv(4096)
        except OSError as error:
            raise WorkerFailed(f"the sandbox does not answer: {error}") from error
        if not message:
            raise WorkerFailed("the sandbox process ended")
        if message.startswith(b'{"error"'):
            raise WorkerFailed(json.loads(message)["error"])
        return message

    def close(self) -> None:
        """End the zygote; it takes its children and its scratch folder with it."""
        self._socket.close()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._scratch:
            from . import wipe

            wipe.empty(self._scratch)
            if os.path.isdir(self._scratch):
                os.rmdir(self._scratch)

    def forget(self) -> None:
        """In a fork of the trainer: drop the socket without ending the parent's zygote."""
        self._socket.close()
