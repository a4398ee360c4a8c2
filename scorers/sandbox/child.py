"""One run of a program: what a fork of the zygote does until it exits.

It gets two memfds. `inbox` holds the request: source and inputs; it becomes descriptor 0 (or, of a
judge and a candidate, the socket between them does). `outbox` becomes descriptor 1: records of what
happened at its head, then what the program printed or returned. Nothing else leaves. The program
can write what it likes there: these are only answers, and the judge alone knows which are right.
"""

from __future__ import annotations

import marshal
import os
import resource
import socket
import struct
from dataclasses import dataclass
from typing import Any, NamedTuple

from . import command, judging, landlock, program, remote, seccomp
from .outbox import write_text

# CPU seconds, bytes of address space, bytes of a file
LIMITS = struct.Struct("<dQQ")
STACK = 100 << 20  # the gap below the stack is 128 MiB (mm/util.c), so more would not be there


class Order(NamedTuple):
    """What one fork is to run: LIMITS, two memfds and, of a pair, its socket to the other."""

    limits: tuple[float, int, int]
    inbox: int
    outbox: int
    partner: int = -1


@dataclass(frozen=True, slots=True)
class Cell:
    """What the zygote prepared for its forks; None or -1 where a layer is not in force."""

    rules: int
    filters: seccomp.ChildFilter | None
    scratch: str
    quota: bool  # whether the file system of the scratch folder keeps one
    base_memory: int
    locked: int  # pipe that tells the zygote: from here on, whatever happens is the program's
    builtins: dict[str, Any]  # without the prelude's names


def run(cell: Cell, order: Order | None, channel: socket.socket | None) -> None:
    """Lock this process up and run what the inbox asks for; the order is here or will come through
    `channel`. Never returns."""
    code = 70
    try:
        if cell.rules >= 0:
            landlock.restrict_self(cell.rules)
        # Its own: a lock or a flag on one that all share would outlive the program.
        os.dup2(os.open(os.devnull, os.O_RDWR), 2)
        if order is None:
            assert channel is not None
            message, fds, _, _ = socket.recv_fds(channel, LIMITS.size, 3)
            order = Order(LIMITS.unpack(message), *fds)
        # Written by the judge.
        request = marshal.loads(os.pread(order.inbox, os.lseek(order.inbox, 0, os.SEEK_END), 0))
        _lock_up(cell, order)
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
    program.prepare()


def _set_limit(limit: int, value: int) -> None:
    hard = resource.getrlimit(limit)[1]
    value = value if hard < 0 else min(value, hard)
    resource.setrlimit(limit, (value, value))


def _lock_up(cell: Cell, order: Order) -> None:
    cpu, memory, file_size = order.limits
    os.dup2(order.inbox if order.partner < 0 else order.partner, 0)
    os.dup2(order.outbox, 1)
    _set_limit(resource.RLIMIT_CPU, int(cpu) + 3)
    _set_limit(resource.RLIMIT_AS, cell.base_memory + memory)
    _set_limit(resource.RLIMIT_FSIZE, file_size)
    if cell.filters is not None:
        cell.filters.install(os.getpid())
    os.write(cell.locked, b"l")
    os.closerange(3, 1 << 20)


def _serve(cell: Cell, request: dict[str, Any]) -> int:
    mode = request["mode"]
    if mode == "command":
        return command.serve(request)
    if mode == "candidate":
        return remote.serve_candidate(request, cell.builtins)
    if mode == "judge":
        return judging.serve_judge(request, cell.builtins)
    return program.serve_tests(request, cell.builtins)
