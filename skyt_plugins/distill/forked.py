"""Work on several parts of the data at once, in processes forked for it."""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from mmap import mmap
from multiprocessing import current_process, get_context
from multiprocessing.connection import Connection, Pipe
from typing import Any, TypeVar

import numpy as np

from skyt_plugins.cores import cores
from skyt_plugins.errors import SkytError

PART_ROWS = 4096  # texts that a process works on: fewer take less time than a fork

Result = TypeVar("Result")


def can_fork() -> bool:
    """Whether this process may be forked: a fork takes the thread that forks alone, so whatever
    another one held would stay locked. On macOS that goes for threads of the system's own."""
    return (
        sys.platform == "linux" and threading.active_count() == 1 and not current_process().daemon
    )


def part_count(texts: int) -> int:
    """In how many parts to work on so many texts: one for each core at most."""
    return max(1, min(cores(), texts // PART_ROWS)) if can_fork() else 1


def shared_zeros(count: int, dtype: Any) -> np.ndarray:
    """An array that processes forked later share with this one."""
    memory = mmap(-1, max(1, count * np.dtype(dtype).itemsize))
    return np.frombuffer(memory, dtype, count)


@contextmanager
def told_of_death(whose: str, then: str) -> Iterator[None]:
    """Turns what a pipe raises when the process behind it has died into a SkytError."""
    try:
        yield
    except (EOFError, OSError) as error:
        raise SkytError(f"a process {whose} has died (out of memory?)\n{then}") from error


def in_parts(work: Callable[[int], Result], count: int) -> list[Result]:
    """`[work(0), …, work(count - 1)]`; the first in this process, each other in one forked for it.

    Raises what any of them raised, SkytError where a process died. Needs `can_fork` where `count`
    is above 1.
    """
    others = [_Other(work, number) for number in range(1, count)]
    try:
        return [work(0), *(other.result() for other in others)]
    finally:
        for other in others:
            other.stop()


class _Other:
    def __init__(self, work: Callable[[int], Any], number: int) -> None:
        self.pipe, there = Pipe(duplex=False)
        self.process = get_context("fork").Process(
            target=_serve, args=(work, number, there), daemon=True
        )
        self.process.start()
        there.close()

    def result(self) -> Any:
        with told_of_death("of this step", "run the same command again"):
            answer, error = self.pipe.recv()
        if error is not None:
            raise error
        return answer

    def stop(self) -> None:
        self.process.kill()
        self.process.join()
        self.pipe.close()


def _serve(work: Callable[[int], Any], number: int, there: Connection) -> None:
    gc.freeze()  # what the parent made is neither collected nor copied here
    with suppress(OSError, KeyboardInterrupt):  # the parent has died, or tells of it itself
        try:
            there.send((work(number), None))
        except Exception as error:  # for the parent to raise
            there.send((None, error))
