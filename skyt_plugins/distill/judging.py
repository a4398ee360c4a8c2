"""Judging on this machine: in this process, or cheap texts in several.

A scorer that takes long over a text spreads a batch over the cores itself (see `types.Scorer`).
Where a text costs little, a scorer's sending it to other processes would cost as much: such texts
are judged in processes forked here, which find them in shared memory and return rows to be written.
"""

from __future__ import annotations

import gc
import os
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from math import inf
from mmap import PROT_READ, mmap
from multiprocessing import get_context
from multiprocessing.connection import Connection, Pipe

import pyarrow as pa

from skyt_plugins.cores import cores

from .arrays import read_stream, stream_size, write_stream
from .forked import can_fork, told_of_death
from .judges import Judges
from .parts import Judge, Judged, Texts, parts
from .store import Run

PART_SECONDS = 3.0  # of judging, about: a crash costs that much at most
FIRST_PART, LARGEST_PART = 64, 1024
CHEAP_SECONDS = 0.005  # a text
DEATH = ("that judges", "verdicts so far are kept; the same command continues")
DESKS = 3  # parts that a process has at once: so it need not wait while rows are written


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
    """Processes that judge parts, forked when first asked for; rows come back in the order in
    which parts were given. Each is given the next parts while it judges one."""

    def __init__(self, run: Run, judges: Judges, step: str) -> None:
        self.work = (run, judges, step)
        self.members: list[_Member] | None = None
        self.idle: deque[tuple[_Member, int]] = deque()
        self.busy: deque[tuple[_Member, int]] = deque()

    def is_ready(self) -> bool:
        """Whether there is a team; it is made at the first call, or never."""
        if self.members is None:
            self.members = []
            if cores() > 1 and can_fork() and hasattr(os, "memfd_create"):
                for _ in range(cores()):
                    self.members.append(_Member(*self.work, self.members))
                self.idle.extend((m, desk) for desk in range(DESKS) for m in self.members)
        return bool(self.members)

    def give(self, part: Texts) -> Iterator[Judged]:
        """Have a part judged; yields the rows of an earlier one where no process was free."""
        done = [] if self.idle else [self._take()]
        member, desk = self.idle.popleft()
        member.give(part, desk)
        self.busy.append((member, desk))
        yield from done

    def rest(self) -> Iterator[Judged]:
        """What is still being judged."""
        while self.busy:
            yield self._take()

    def _take(self) -> Judged:
        member, desk = self.busy.popleft()
        judged = member.take()
        self.idle.append((member, desk))
        return judged

    def stop(self) -> None:
        for member in self.members or ():
            member.process.kill()
        for member in self.members or ():
            member.close()


class _Desk:
    """Memory that a process and those forked after it both have, for one batch at a time."""

    def __init__(self) -> None:
        self.file = os.memfd_create("texts")
        self.memory: mmap | None = None  # mapped by each process for itself

    def put(self, rows: pa.RecordBatch) -> int:
        """Lay rows there; how many bytes they take."""
        size = stream_size(rows)
        if self.memory is None or len(self.memory) < size:
            os.ftruncate(self.file, size)
            self.memory = mmap(self.file, size)
        write_stream(rows, self.memory)
        return size

    def rows(self, size: int) -> pa.RecordBatch:
        """The rows that another process put; they stay in that memory."""
        if self.memory is None or len(self.memory) < size:
            self.memory = mmap(self.file, size, prot=PROT_READ)
        return read_stream(self.memory)

    def close(self) -> None:
        os.close(self.file)


class _Member:
    """A process that judges, as its parent sees it.

    Texts go over through memory that both have (a desk): pickled through a pipe they took a quarter
    of the whole step's CPU time. What passes the pipe on its way there is short, so that giving
    never waits for a member that waits to hand over its rows.
    """

    def __init__(self, run: Run, judges: Judges, step: str, older: Sequence[_Member]) -> None:
        self.desks = [_Desk() for _ in range(DESKS)]
        self.pipe, there = Pipe()
        ours = [self.pipe, *(member.pipe for member in older)]
        self.process = get_context("fork").Process(
            target=_serve, args=(run, judges, step, there, self.desks, ours), daemon=True
        )
        self.process.start()
        there.close()

    def give(self, part: Texts, desk: int) -> None:
        with told_of_death(*DEATH):
            self.pipe.send((part.judge, part.of, desk, self.desks[desk].put(part.rows)))

    def take(self) -> Judged:
        """The rows of the part given first. Raises what the scorer raised."""
        with told_of_death(*DEATH):
            answer: Judged | Exception = self.pipe.recv()
        if isinstance(answer, Exception):
            raise answer
        return answer

    def close(self) -> None:
        self.process.join()
        self.pipe.close()
        for desk in self.desks:
            desk.close()


def _serve(
    run: Run,
    judges: Judges,
    step: str,
    there: Connection,
    desks: list[_Desk],
    ours: list[Connection],
) -> None:
    """A member's work. It ends when the parent closes its end of the pipe or dies, so it must hold
    neither that end of its own or an older member's pipe, nor the run's lock."""
    run.let_go()
    gc.freeze()  # what the parent made is neither collected nor copied here
    for connection in ours:
        connection.close()
    with suppress(EOFError, OSError, KeyboardInterrupt):
        while True:
            judge, of, desk, size = there.recv()
            try:
                part = Texts(judge, of, desks[desk].rows(size))
                judges.name(part.first_place())  # makes a scorer that has come up since the fork
                answer: Judged | Exception = judges.judged(part, judges.judge(part), step)
            except Exception as error:  # for the parent to raise
                answer = error
            there.send(answer)
