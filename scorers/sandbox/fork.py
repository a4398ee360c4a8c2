"""A fork of the zygote, made for its job, or ahead of it while a core is idle."""

from __future__ import annotations

import contextlib
import os
import signal
import socket

from . import child, syscalls

_PRCTL = syscalls.number("prctl") or 0


class Fork:
    """One process for one program. Made without an order it does what does not depend on one and
    waits: see `send`."""

    def __init__(self, cell: child.Cell, order: child.Order | None = None) -> None:
        pair = None if order else socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        mother = os.getpid()
        self.pid = syscalls.fork()
        if self.pid == 0:
            try:
                syscalls.quick_call(_PRCTL, syscalls.PR_SET_PDEATHSIG, signal.SIGKILL)
                if os.getppid() == mother:
                    child.run(cell, order, pair[1] if pair else None)
            finally:
                os._exit(70)
        self.pidfd = os.pidfd_open(self.pid)
        self._channel = pair[0] if pair else None
        if pair:
            pair[1].close()

    def send(self, order: child.Order) -> None:
        """Give a waiting fork its order. Raises OSError where it has died."""
        assert self._channel is not None
        fds = [fd for fd in order[1:] if fd >= 0]
        socket.send_fds(self._channel, [child.LIMITS.pack(*order.limits)], fds)
        self._channel.close()

    def end(self) -> None:
        """Kill one that still waits."""
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self.pidfd, signal.SIGKILL)
        os.waitpid(self.pid, 0)
