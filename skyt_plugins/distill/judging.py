"""Judging on this machine: in this process, or cheap texts in several.

A scorer that takes long over a text spreads a batch over the cores itself (see `types.Scorer`).
Where a text costs little, sending it to another process would cost as much, unless what comes after
is done there as well: such texts go to forked processes, which return rows to be written.
"""

from __future__ import annotations

import gc
import os
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from math import inf
from multiprocessing import current_process, get_context
from multiprocessing.connection import Connection, Pipe
from multiprocessing.process import BaseProcess

from skyt_plugins.errors import SkytError

from .judges import Judge, Judged, Judges, Texts, parts
from .store import Run

PART_SECONDS = 3.0  # of judging, about: a crash costs that much at most
FIRST_PART, LARGEST_PART = 64, 512
CHEAP_SECONDS = 0.005  # a text


class _Pace:
    """How many texts of each judge make a part, from what the last part took."""

    def __init__(self) -> None:
        self.sizes: dict[Judge, int] = {}
        self.seconds: dict[Judge, float] = {}  # a text

    def size(self, judge: Judge) -> int:
        return self.sizes.get(judge, FIRST_PART)

    def took(self, judge: Judge, texts: int, seconds: float) -> None:
        self.seconds[judge] = seconds / texts
        size = self.size(judge)
        fits = seconds < PART_SECONDS / 2
        self.sizes[judge] = min(LARGEST_PART, size * 2) if fits else max(1, size // 2)

    def is_cheap(self, judge: Judge) -> bool:
        return self.size(judge) >= LARGEST_PART and self.seconds.get(judge, inf) < CHEAP_SECONDS


def judged_here(run: Run, judges: Judges, texts: Iterable[Texts], step: str) -> Iterator[Judged]:
    """Rows of table `scores` for all `texts`, a part at a time."""
    pace = _Pace()
    team = _Team(run, judges, step)
    try:
        for part in parts(texts, pace.size):
            if pace.is_cheap(part.judge) and team.is_ready():
                yield from team.give(part)
                continue
            began = time.monotonic()
            verdicts = judges.judge(part)
            pace.took(part.judge, len(part), time.monotonic() - began)
            yield judges.judged(part, verdicts, step)
        yield from team.rest()
    finally:
        team.stop()


class _Team:
    """Processes that judge one part each, forked when first asked for; rows come back in the
    order in which parts were given."""

    def __init__(self, run: Run, judges: Judges, step: str) -> None:
        self.work = (run, judges, step)
        self.members: list[tuple[BaseProcess, Connection]] | None = None
        self.busy: deque[Connection] = deque()
        self.idle: list[Connection] = []

    def is_ready(self) -> bool:
        """Whether there is a team; it is made at the first call, or never."""
        if self.members is None:
            self.members = []
            cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
            # A fork takes this thread alone: whatever another one held would stay locked.
            if cores > 1 and threading.active_count() == 1 and not current_process().daemon:
                for _ in range(cores):
                    self._fork()
        return bool(self.members)

    def _fork(self) -> None:
        assert self.members is not None
        here, there = Pipe()
        ours = [here, *(connection for _, connection in self.members)]
        process = get_context("fork").Process(
            target=_serve, args=(*self.work, there, ours), daemon=True
        )
        process.start()
        there.close()
        self.members.append((process, here))
        self.idle.append(here)

    def give(self, part: Texts) -> Iterator[Judged]:
        """Have a part judged; yields the rows of an earlier one where no process was free."""
        done = [] if self.idle else [self._take()]
        connection = self.idle.pop()
        with _told_of_death():
            connection.send(part)
        self.busy.append(connection)
        yield from done

    def rest(self) -> Iterator[Judged]:
        """What is still being judged."""
        while self.busy:
            yield self._take()

    def _take(self) -> Judged:
        connection = self.busy.popleft()
        with _told_of_death():
            answer = connection.recv()
        self.idle.append(connection)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def stop(self) -> None:
        for process, connection in self.members or ():
            process.kill()
            process.join()
            connection.close()


@contextmanager
def _told_of_death() -> Iterator[None]:
    try:
        yield
    except (EOFError, OSError) as error:
        raise SkytError(
            "a process that judges has died (out of memory?)\n"
            "verdicts so far are kept; the same command continues"
        ) from error


def _serve(run: Run, judges: Judges, step: str, there: Connection, ours: list[Connection]) -> None:
    """A member's work. It ends when the parent closes its end of the pipe or dies, so it must hold
    neither that end of its own or an older member's pipe, nor the run's lock."""
    run.let_go()
    gc.freeze()  # what the parent made is neither collected nor copied here
    for connection in ours:
        connection.close()
    with suppress(EOFError, OSError, KeyboardInterrupt):
        while True:
            part: Texts = there.recv()
            try:
                judges.name(next(part.places()))  # makes a scorer that has come up since the fork
                answer: Judged | Exception = judges.judged(part, judges.judge(part), step)
            except Exception as error:  # for the parent to raise
                answer = error
            there.send(answer)
