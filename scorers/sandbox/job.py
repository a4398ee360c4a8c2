"""One job of the zygote: fork, watch the limits, answer questions, report the end."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import select
import signal
import socket
import struct
import time

from . import child, seccomp, syscalls, wipe
from .fork import Fork

# cpu limit, wall limit, address space in bytes, file size in bytes, whether the next one is to get
# ready meanwhile; with the two memfds of one program, or of a judge and a program
JOB = struct.Struct("<ddQQ?")
# wait status, why killed, CPU seconds, wall seconds, peak memory in bytes, whether it was locked up
REPORT = struct.Struct("<iBddQ?")
NOT_KILLED, KILLED_CPU, KILLED_WALL, KILLED_PARTNER = 0, 1, 2, 3
MAX_THREADS, MAX_FILES = 64, 1000
# Without namespaces the scratch folder is on a file system without a quota: files made in all, and
# at one time.
MAX_UNCOUNTED, MAX_AT_ONCE = 32, 8


class Job:
    """The children of one job: one program, or a judge (first) and a candidate."""

    def __init__(self, cell: child.Cell, cpu: float, wall: float, listener: int) -> None:
        self.cell, self.cpu, self.wall, self.listener = cell, cpu, wall, listener
        self.alive: dict[int, tuple[int, int]] = {}  # pidfd: (pid, index)
        self.reports: list[tuple[int, int, float, float, int]] = []
        self.counts = [0, 0]  # threads, files and folders made so far
        self.started = time.monotonic()

    def start(self, waiting: list[Fork], fds: list[int], limits: tuple[float, int, int]) -> None:
        """Give each pair of memfds in `fds` to a fork: one of those `waiting`, else a new one."""
        count = len(fds) // 2
        partners = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM) if count == 2 else ()
        self.reports = [(0, 0, 0.0, 0.0, 0)] * count
        for index in range(count):
            partner = partners[index].fileno() if partners else -1
            order = child.Order(limits, fds[2 * index], fds[2 * index + 1], partner)
            if waiting:
                fork = waiting.pop()
                self.alive[fork.pidfd] = (fork.pid, index)
                fork.send(order)
            else:
                fork = Fork(self.cell, order)
                self.alive[fork.pidfd] = (fork.pid, index)
        for end in partners:
            end.close()

    def watch(self, control: socket.socket, parent: int) -> bool:
        """Wait for the end of the job; False where the trainer has gone or given it up."""
        poller = select.poll()
        watched = [control.fileno(), parent, *self.alive]
        for fd in watched if self.listener < 0 else [*watched, self.listener]:
            poller.register(fd, select.POLLIN)
        while self.alive:
            for fd, _ in poller.poll(self._patience() * 1000):
                if fd in self.alive:
                    poller.unregister(fd)
                    self._reap(fd, NOT_KILLED)
                elif fd in (control.fileno(), parent):
                    return False
                elif fd == self.listener:
                    self._answer()
            self._enforce()
        return True

    def _patience(self) -> float:
        """Seconds until one thread alone could reach a limit."""
        wall = self.started + self.wall - time.monotonic()
        cpus = [self.cpu - _cpu_time(pid) for pid, _ in self.alive.values()]
        return max(0.002, min(wall, *cpus))

    def _enforce(self) -> None:
        late = time.monotonic() - self.started >= self.wall
        for fd, (pid, _) in list(self.alive.items()):
            if late or _cpu_time(pid) >= self.cpu:
                self._kill(fd, KILLED_WALL if late else KILLED_CPU)

    def _kill(self, fd: int, why: int) -> None:
        if fd not in self.alive:
            return  # it went with its judge
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(fd, signal.SIGKILL)
        self._reap(fd, why)

    def _reap(self, fd: int, why: int) -> None:
        pid, index = self.alive.pop(fd)
        _, status, usage = os.wait4(pid, 0)
        os.close(fd)
        if why != NOT_KILLED and not os.WIFSIGNALED(status):
            why = NOT_KILLED  # it had ended by itself
        wall = time.monotonic() - self.started
        peak = usage.ru_maxrss * 1024
        cpu = usage.ru_utime + usage.ru_stime
        self.reports[index] = (status, why, cpu, wall, peak)
        if index == 0:  # the judge has spoken, or failed: its candidate is of no more use
            for other in list(self.alive):
                self._kill(other, KILLED_PARTNER)

    def _answer(self) -> None:
        """Let a new thread or file pass while the program has made few."""
        request = bytearray(80)
        try:
            fcntl.ioctl(self.listener, seccomp.NOTIF_RECV, request)
            identity, _, _, number = struct.unpack_from("<QIIi", request)
            kind = 0 if number == _CLONE else 1
            self.counts[kind] += 1
            allowed = self.counts[0] <= MAX_THREADS if kind == 0 else self._may_create()
            refusal = errno.EAGAIN if kind == 0 else errno.EDQUOT
            reply = (identity, 0, 0, _CONTINUE) if allowed else (identity, 0, -refusal, 0)
            fcntl.ioctl(self.listener, seccomp.NOTIF_SEND, struct.pack("<QqiI", *reply))
        except OSError:
            pass  # the thread that asked was killed meanwhile

    def _may_create(self) -> bool:
        if self.cell.quota:
            return self.counts[1] <= MAX_FILES
        try:
            present = sum(1 for _ in wipe.entries_of(self.cell.scratch, strict=True))
        except OSError:  # a folder that nobody may list could hide any number of files
            return False
        return self.counts[1] <= MAX_UNCOUNTED and present < MAX_AT_ONCE

    def kill(self) -> None:
        """End whatever is left and forget it."""
        for fd in list(self.alive):
            self._kill(fd, KILLED_PARTNER)


def _cpu_time(pid: int) -> float:
    """CPU seconds of a process so far, all threads (the kernel's clock id for a process)."""
    try:
        return time.clock_gettime((~pid << 3) | 2)
    except OSError:
        return 0.0


_CLONE = syscalls.number("clone")
_CONTINUE = 1
