"""What became of each test: its status, and how the end of a fork is read."""

from __future__ import annotations

import signal
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ..sandbox import job, outbox
from ..sandbox.worker import Answer, Limits, Ran


class Status(StrEnum):
    """What became of a test."""

    PASS = "pass"
    WRONG = "wrong_answer"
    RUNTIME = "runtime_error"
    TIME = "time_limit"
    MEMORY = "memory_limit"
    OUTPUT = "output_limit"
    COMPILE = "compile_error"
    NOT_RUN = "not_run"


@dataclass(frozen=True, slots=True)
class Rules:
    """Limits and habits of one judgement. Times in CPU seconds, memory in bytes.

    `partial`: tests that always run when `all_tests`, the share of which is the value.
    """

    time_limit: float = 2.0
    program_limit: float = 30.0
    memory: int = 512 << 20
    output: int = 16 << 20
    tolerance: float = 1e-6
    all_tests: bool = False
    partial: int = 10
    fast: bool = True
    prelude: bool = True

    def limits(self, widest: int, second_try: bool = False) -> Limits:
        """Of one fork; `widest` is the longest text it must hold. The wall limit is generous, more
        so the second time: a loaded machine must not fail an honest program."""
        wall = (3 if second_try else 2) * self.time_limit + 1
        return Limits(self.time_limit, wall, self.memory, max(self.output, 2 * widest + (1 << 20)))


@dataclass(frozen=True, slots=True)
class Result:
    """One test: `status`, CPU seconds, peak memory in bytes, and a short note."""

    status: Status
    time: float = 0.0
    memory: int = 0
    note: str = ""
    rule: str = ""

    def row(self) -> dict[str, Any]:
        """For a verdict's details."""
        row: dict[str, Any] = {"status": str(self.status)}
        if self.status != Status.NOT_RUN:
            row.update(time=round(self.time, 4), memory_mb=round(self.memory / (1 << 20), 1))
        if self.rule and self.rule != "exact":
            row["rule"] = self.rule
        if self.note:
            row["note"] = self.note
        return row


def ending(ran: Ran, answer: Answer | None, limits: Limits) -> tuple[Status | None, str]:
    """(status, note) where a run ended badly, (None, '') where its answer is to be compared."""
    if ran.size >= limits.output:
        return Status.OUTPUT, f"more than {limits.output >> 20} MB were written"
    if answer is not None and answer.status != outbox.RUNNING:
        statuses = {
            outbox.RAISED: Status.RUNTIME,
            outbox.NO_MEMORY: Status.MEMORY,
            outbox.COMPILE_ERROR: Status.COMPILE,
            outbox.MISSING: Status.RUNTIME,
            outbox.NOT_PLAIN: Status.WRONG,
        }
        good = answer.status == outbox.OK
        status = None if good else statuses.get(answer.status, Status.RUNTIME)
        return status, ran.message() if status else ""
    if ran.killed == job.KILLED_CPU:
        return Status.TIME, f"more than {limits.cpu:g} s of CPU time"
    if ran.killed == job.KILLED_WALL:
        return Status.TIME, f"more than {limits.wall:g} s, most of it idle"
    number = ran.status & 0x7F
    if not number:
        return (None, "") if answer is not None else (Status.RUNTIME, "it left no answer")
    name = signal.Signals(number).name if number in set(signal.Signals) else str(number)
    if number == signal.SIGXFSZ:
        return Status.OUTPUT, "more was written than the limit allows"
    if number == signal.SIGXCPU or (number == signal.SIGKILL and ran.cpu >= limits.cpu):
        return Status.TIME, f"more than {limits.cpu:g} s of CPU time"
    if ran.peak > 0.9 * limits.memory:
        return Status.MEMORY, f"killed by {name} near the memory limit"
    return Status.RUNTIME, f"killed by {name}"


def was_starved(cpu: float, rules: Rules) -> bool:
    """Whether a run that hit the wall limit may have wanted more CPU time than its `cpu` seconds: a
    program that sleeps uses next to none, and waiting for it again would only take longer."""
    return 0.02 < cpu / rules.time_limit < 0.5
