"""Does each layer hold here? Small programs that try to get out, run for real."""

from __future__ import annotations

import sys
from dataclasses import dataclass

from .worker import Layers, Limits, Worker, WorkerFailed

# name of the wall, and a program that prints `out` where the wall is missing
PROBES = {
    "file reads are confined": "open('/etc/hostname'); print('out')",
    "file writes are confined": "open('/tmp/skyt-probe', 'w'); print('out')",
    "no new processes": "import os\nif os.fork() == 0: os._exit(0)\nprint('out')",
    "no programs are started": "import os; os.execv('/bin/true', ['true'])",
    "no sockets": "import socket; socket.socket(); print('out')",
    "no signals to others": "import os; os.kill(os.getppid(), 0); print('out')",
    "no namespaces": "import ctypes\nif ctypes.CDLL(None).unshare(0x10000000) == 0: print('out')",
    "limits cannot be raised": (
        "import resource as r; r.setrlimit(r.RLIMIT_AS, (r.RLIM_INFINITY,) * 2); print('out')"
    ),
    "memory is limited": "bytearray(4 << 30); print('out')",
}


def breaches(worker: Worker) -> list[str]:
    """The walls that do not hold in `worker`, and an honest program that fails. Raises
    WorkerFailed."""
    failed = [name for name, program in PROBES.items() if _printed(worker, program) != ""]
    if _printed(worker, "open('f', 'w').write('a'); print('in', open('f').read())") != "in a\n":
        failed.append("an honest program does not run")
    return failed


def _printed(worker: Worker, program: str) -> str:
    request = {"mode": "main", "source": program.encode(), "inputs": [b""], "prelude": False}
    (ran,) = worker.run(request, limits=Limits(cpu=5, wall=15))
    try:
        answer = ran.answer(0)
        if not ran.status and answer is not None and answer.status == 2 and not ran.size:
            return "out"
        return ran.text(answer, 1000).decode("utf-8", "replace") if answer else ""
    finally:
        ran.close()


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the report: what was tried, whether it holds, and why not."""

    name: str
    holds: bool
    note: str = ""


def sandbox_report() -> list[Row]:
    """Every layer of the native sandbox and every back end, tried on this machine."""
    from . import landlock, syscalls
    from .backends import BACKENDS, NO_LINUX, SandboxMissing, open_backend

    if not sys.platform.startswith("linux"):
        return [Row("native sandbox", False, NO_LINUX)]
    abi = landlock.abi_version()
    rows = [
        Row(f"system call table for {syscalls.MACHINE}", syscalls.SUPPORTED),
        Row(f"Landlock ABI {abi}", abi > 0, "" if abi else "needs Linux 5.13 or newer"),
    ]
    for title, layers in (
        ("base layer", Layers(namespaces=False)),
        ("base layer and namespaces", Layers()),
    ):
        try:
            worker = Worker(layers)
        except (WorkerFailed, OSError) as error:
            rows.append(Row(title, False, str(error)))
            continue
        try:
            failed = breaches(worker)
            rows.append(Row(title, not failed, "; ".join(failed)))
        except WorkerFailed as error:
            rows.append(Row(title, False, str(error)))
        finally:
            worker.close()
    for name in sorted(BACKENDS):
        try:
            backend = open_backend(name)
            note = ", ".join(backend.in_force)
            missing = f" (missing: {', '.join(backend.missing)})" if backend.missing else ""
            rows.append(Row(f"back end {name}", True, note + missing))
        except (SandboxMissing, OSError) as error:
            rows.append(Row(f"back end {name}", False, str(error)))
    return rows
