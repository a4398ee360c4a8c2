"""The zygote: a warm, locked-up Python process that forks once for every run.

It sees no tests, no expected outputs and no source: it hands the memfds of a job to its forks and
reports how they ended. One job at a time, over a SOCK_SEQPACKET socket. Where the trainer dies, so
does everything here.
"""

from __future__ import annotations

import atexit
import builtins
import contextlib
import ctypes
import gc
import importlib
import json
import os
import select
import shutil
import signal
import socket
import sys
from typing import Any

from . import child, landlock, namespaces, seccomp, syscalls, wipe
from .fork import Fork
from .job import JOB, MAX_FILES, REPORT, Job
from .prelude import WARM, leave, namespace


def main() -> None:
    """Entry point: configuration as JSON in the first argument."""
    config = json.loads(sys.argv[1])
    sys.argv, sys.orig_argv = ["main.py"], []
    # Where memory runs out, a program goes before the trainer does.
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as stream:
        stream.write("500")
    parent = config["parent"]  # a pidfd: readable when the trainer has ended
    # What the trainer passed on stays out of every program's reach.
    keep = sorted({0, 1, 2, config["control"], parent})
    for low, high in zip(keep, [*keep[1:], 1 << 30], strict=True):
        if low + 1 <= high - 1:
            os.closerange(low + 1, min(high, 4096))
    control = socket.socket(fileno=config["control"])
    try:
        pid = _start_in_namespaces() if config["namespaces"] else 0
        if pid:
            os._exit(_wait(pid, parent, control))
        cell, listener, hears = _prepare(config)
    except Exception as error:
        control.send(json.dumps({"error": str(error) or type(error).__name__}).encode())
        os._exit(1)
    control.send(json.dumps({"ready": True, "pid": os.getpid()}).encode())
    waiting: list[Fork] = []
    try:
        _loop(control, parent, cell, listener, hears, waiting)
    except Exception as error:
        line = _line_of(error)
        reply = {"error": f"{type(error).__name__}: {error} (zygote, line {line})"}
        control.send(json.dumps(reply).encode())
    finally:
        for fork in waiting:
            fork.end()
        if config["scratch"]:
            wipe.empty(config["scratch"])
            shutil.rmtree(config["scratch"], ignore_errors=True)
        os._exit(0)


def _line_of(error: BaseException) -> int:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace.tb_lineno if trace is not None else 0


def _start_in_namespaces() -> int:
    """Fork into new namespaces: 0 in the child, which is process 1 there."""
    namespaces.enter()
    pid = os.fork()
    if pid == 0:
        syscalls.prctl(syscalls.PR_SET_PDEATHSIG, signal.SIGKILL)
    return pid


def _wait(pid: int, parent: int, control: socket.socket) -> int:
    """Outside the namespaces: leave when the inner process or the trainer has ended."""
    inner = os.pidfd_open(pid)
    control.close()
    poller = select.poll()
    poller.register(inner, select.POLLIN)
    poller.register(parent, select.POLLIN)
    poller.poll()
    return 0  # process 1 dies with us, and all of its namespace with it


def _prepare(config: dict[str, Any]) -> tuple[child.Cell, int, int]:
    for name in WARM:
        importlib.import_module(name)
    sys.path += config["site"]
    numpy = importlib.import_module("numpy") if config["numpy"] else None
    if numpy is not None:
        numpy.random.seed(1)
    builtins.exit = builtins.quit = leave  # type: ignore[assignment]
    plain = dict(vars(builtins))
    vars(builtins).update(namespace(numpy))
    sys.set_int_max_str_digits(0)
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # What the trainer, or the thread of it that started us, ignored or held back comes with exec.
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    atexit._clear()
    _small_thread_stacks()
    with open("/proc/self/statm") as stream:
        base_memory = int(stream.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    readable: list[str] = config["readable"]
    scratch = str(config["scratch"] or "/")
    if config["namespaces"]:
        namespaces.build_root(readable, int(config["quota"]), MAX_FILES)
        scratch = namespaces.SCRATCH
    rules = -1
    if config["landlock"]:
        folders = [p for p in sys.path if os.path.isdir(p)]  # imports list them
        listable = ["/"] if config["namespaces"] else folders
        rules = landlock.ruleset(readable, listable, scratch, config["namespaces"])
    os.umask(0o077)
    listener = -1
    if config["drop"]:
        namespaces.drop_capabilities()
    if config["seccomp"]:
        syscalls.prctl(syscalls.PR_SET_DUMPABLE, 0)
        listener = seccomp.install(seccomp.zygote_filter(), seccomp.NEW_LISTENER)
    os.chdir(scratch)
    child.prepare()
    gc.collect()
    gc.freeze()
    hears, tells = os.pipe()
    os.set_blocking(hears, False)
    quota = bool(config["namespaces"])
    filters = seccomp.ChildFilter() if config["seccomp"] else None
    return child.Cell(rules, filters, scratch, quota, base_memory, tells, plain), listener, hears


def _small_thread_stacks() -> None:
    """Threads get 8 MiB of stack whatever the limit of the shell that started us."""
    try:
        libc = ctypes.CDLL(None)
        attributes = ctypes.create_string_buffer(64)
        libc.pthread_attr_init(attributes)
        libc.pthread_attr_setstacksize(attributes, ctypes.c_size_t(8 << 20))
        libc.pthread_setattr_default_np(attributes)
    except (OSError, AttributeError):
        pass  # musl has a default of its own


def _loop(
    control: socket.socket,
    parent: int,
    cell: child.Cell,
    listener: int,
    hears: int,
    waiting: list[Fork],
) -> None:
    """Do the judge's jobs until it or the trainer ends; `waiting` holds the fork made ahead."""
    poller = select.poll()
    poller.register(control, select.POLLIN)
    poller.register(parent, select.POLLIN)
    while True:
        if any(fd == parent for fd, _ in poller.poll()):
            return
        message, fds, _, _ = socket.recv_fds(control, JOB.size, 4)
        if not message:
            return
        cpu, wall, memory, size, ahead = JOB.unpack(message)
        job = Job(cell, cpu, wall, listener)
        try:
            job.start(waiting, fds, (cpu, memory, size))
            for fd in fds:
                os.close(fd)
            if ahead and not waiting:
                with contextlib.suppress(OSError):  # the next job can do without
                    waiting.append(Fork(cell))
            if not job.watch(control, parent):
                return
        finally:
            job.kill()
            clean = wipe.empty(cell.scratch)
        if not clean:  # a new worker rather than one that remembers
            raise OSError("the scratch folder could not be emptied")
        try:
            locked = len(os.read(hears, 64)) == len(job.reports)
        except BlockingIOError:
            locked = False
        control.send(b"".join(REPORT.pack(*report, locked) for report in job.reports))
