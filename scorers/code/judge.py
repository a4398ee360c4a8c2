"""Run a program against its tests: forks, limits, retries, and a status for each test.

A test is run in a fork of its own. In fast mode the tests after the first go into one fork in
growing chunks; whatever fails there is run again in a fork of its own, whose result counts.
"""

from __future__ import annotations

import json
import re
import signal
from dataclasses import dataclass
from typing import Any

from ..sandbox import child, job, values
from ..sandbox.backends import Backend
from ..sandbox.pool import shared_pool
from ..sandbox.worker import Answer, Limits, Ran, Worker, WorkerFailed
from . import compare
from .cases import Case, Suite

PASS, WRONG, RUNTIME, TIME, MEMORY, OUTPUT, COMPILE, NOT_RUN = (
    "pass",
    "wrong_answer",
    "runtime_error",
    "time_limit",
    "memory_limit",
    "output_limit",
    "compile_error",
    "not_run",
)
_NUMPY = re.compile(r"\b(?:numpy|np|scipy|pandas)\b")
_CHUNK_BYTES = 8 << 20


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

    status: str
    time: float = 0.0
    memory: int = 0
    note: str = ""
    rule: str = ""

    def row(self) -> dict[str, Any]:
        """For a verdict's details."""
        row: dict[str, Any] = {"status": self.status}
        if self.status != NOT_RUN:
            row.update(time=round(self.time, 4), memory_mb=round(self.memory / (1 << 20), 1))
        if self.rule and self.rule != "exact":
            row["rule"] = self.rule
        if self.note:
            row["note"] = self.note
        return row


def results_of(
    source: str, suite: Suite, rules: Rules, backend: Backend, workers: int | None = None
) -> list[Result]:
    """The result of every test, in order. Raises WorkerFailed where the sandbox fails twice."""
    pool = shared_pool(backend.layers, bool(_NUMPY.search(source)), workers)
    for attempt in (1, 2):
        try:
            with pool.worker(fresh=attempt == 2) as worker:
                run = _Run(worker, source.encode("utf-8", "surrogatepass"), suite, rules)
                return run.assertions() if suite.kind == "assert" else run.cases()
        except (WorkerFailed, OSError):
            if attempt == 2:
                raise
    raise AssertionError("unreachable")


class _Run:
    def __init__(self, worker: Worker, source: bytes, suite: Suite, rules: Rules) -> None:
        self.worker, self.source, self.suite, self.rules = worker, source, suite, rules
        self.spent = self.waited = 0.0  # CPU and wall seconds

    def _is_used_up(self) -> bool:
        """Whether the program's limit is reached: in CPU time or, for sleepers, four times that."""
        limit = self.rules.program_limit
        return self.spent >= limit or self.waited >= 4 * limit

    def cases(self) -> list[Result]:
        cases = self.suite.cases
        results: list[Result] = []
        chunk, fast = 1, self.rules.fast
        while len(results) < len(cases) and not self._is_used_up():
            at = len(results)
            batch = self._batch(cases[at : at + chunk])
            got = self._fork(batch)
            for number, result in enumerate(got):
                if result.status == PASS or number == 0:
                    results.append(result)
                if result.status != PASS:
                    break
            whole = len(got) == len(batch) and got[-1].status == PASS
            chunk = min(20 * chunk, self._room(results)) if whole and fast else 1
            if not whole and len(batch) > 1:
                fast = False  # from here on every test has a fork of its own
            if results[-1].status != PASS and self._may_stop(results):
                break
        return results + [Result(NOT_RUN)] * (len(cases) - len(results))

    def _room(self, results: list[Result]) -> int:
        """How many more tests one fork can run within the limit of one, going by those so far."""
        mean = sum(result.time for result in results) / len(results)
        return max(1, min(child.MAX_TESTS, int(0.7 * self.rules.time_limit / (mean + 1e-6))))

    def _may_stop(self, results: list[Result]) -> bool:
        """At the first failure, unless all are wanted; never wait for a second time limit."""
        if not self.rules.all_tests or results[-1].status in (TIME, COMPILE):
            return True
        return len(results) >= self.rules.partial

    def _was_starved(self, cpu: float) -> bool:
        """Whether a run that hit the wall limit may have wanted more CPU time than it got: a
        program that sleeps uses next to none, and waiting for it again would only take longer."""
        return 0.02 < cpu / self.rules.time_limit < 0.5

    def _batch(self, cases: tuple[Case, ...]) -> tuple[Case, ...]:
        size = 0
        for number, case in enumerate(cases):
            size += len(case.input)
            if number and size > _CHUNK_BYTES:
                return cases[:number]
        return cases

    def _fork(self, batch: tuple[Case, ...], second_try: bool = False) -> list[Result]:
        """The results of the tests that one fork came to, at least one."""
        request = {
            "mode": "call" if self.suite.kind == "call" else "main",
            "source": self.source,
            "inputs": [case.input for case in batch],
            "prelude": self.rules.prelude,
            "function": self.suite.function,
        }
        widest = max(len(case.input) + _size(case) for case in batch)
        widest = max(widest, sum(_size(case) for case in batch))
        limits = self.rules.limits(widest, second_try)
        (ran,) = self.worker.run(request, limits=limits)
        try:
            self.waited += ran.wall
            starved = ran.killed == job.KILLED_WALL and self._was_starved(ran.cpu)
            if starved and not second_try and len(batch) == 1:
                return self._fork(batch, second_try=True)
            self.spent += ran.cpu
            results = []
            for index, case in enumerate(batch):
                answer = ran.answer(index)
                if answer is None and index:
                    break
                alone = len(batch) == 1
                results.append(self._result(ran, answer, case, limits, alone))
                if answer is None or answer.status != child.OK:
                    break
            return results
        finally:
            ran.close()

    def _result(
        self, ran: Ran, answer: Answer | None, case: Case, limits: Limits, alone: bool
    ) -> Result:
        cpu = ran.cpu if alone or answer is None else min(answer.cpu, ran.cpu)
        status, note = ending(ran, answer, limits)
        if status:
            return Result(status, cpu, ran.peak, note)
        assert answer is not None
        if self.suite.kind == "call" and answer.status == child.RUNNING:
            return Result(RUNTIME, cpu, ran.peak, "it exited instead of returning an answer")
        compared = self._returned if self.suite.kind == "call" else self._printed
        try:
            status, note, rule = compared(ran, answer, case)
        except (ValueError, TypeError, ArithmeticError, RecursionError) as error:
            # Only the program's part can be odd here: it must not turn into an error of ours.
            status, note, rule = WRONG, f"not comparable: {type(error).__name__}", ""
        return Result(status, cpu, ran.peak, note, rule)

    def _printed(self, ran: Ran, answer: Answer, case: Case) -> tuple[str, str, str]:
        expected = case.outputs[0]
        # Nothing this much longer can be equal; and hostile output must not fill our memory.
        most = 4 * len(expected.encode("utf-8", "surrogatepass")) + (64 << 10)
        data = ran.text(answer, most + 1)
        if len(data) > most:
            return WRONG, f"more than {most} bytes were printed", ""
        got = data.decode("utf-8", "replace")
        rule = compare.rung(got, expected, self.rules.tolerance)
        return (PASS, "", rule) if rule else (WRONG, compare.difference(got, expected), "")

    def _returned(self, ran: Ran, answer: Answer, case: Case) -> tuple[str, str, str]:
        expected = values.dumps(case.outputs[0])
        most = 32 * len(expected) + (16 << 10)
        data = ran.text(answer, most + 1)
        if len(data) > most:
            return WRONG, f"the answer is longer than {most} bytes", ""
        # Each item of a list takes 20 times its text in memory here, and what is right has as many.
        items = sum(map(expected.count, ",[{"))
        if max(map(data.count, (b",", b"[", b"{"))) > 4 * items + 1000:
            return WRONG, "the answer has far more items than the right one", ""
        try:
            got = values.loads(data.decode("utf-8", "replace"))
        except values.NotPlain as error:
            return WRONG, str(error), ""
        for right in case.outputs:
            for tolerance, rule in ((0.0, "exact"), (self.rules.tolerance, "numbers")):
                if values.equal(got, right, tolerance):
                    return PASS, "", rule
        shown = _shown(got) if len(data) < 4_000 else f"{len(data)} bytes"
        return WRONG, f"got {shown}, expected {_shown(case.outputs[0])}", ""

    def assertions(self) -> list[Result]:
        """As many at a time as a fork has room for records."""
        pieces = self.suite.pieces
        results: list[Result] = []
        for at in range(0, len(pieces), child.MAX_TESTS):
            results += self._assertions(pieces[at : at + child.MAX_TESTS])
            last = results[-1].status
            if last == NOT_RUN or (last != PASS and not self.rules.all_tests):
                break
        return results + [Result(NOT_RUN)] * (len(pieces) - len(results))

    def _assertions(self, pieces: tuple[str, ...]) -> list[Result]:
        """One judge and one candidate; the time limit holds for each of the two."""
        plan = {
            "setup": self.suite.setup,
            "tests": pieces,
            "entry_point": self.suite.entry_point,
        }
        text = json.dumps(plan).encode()
        judge = {"mode": "judge", "source": text, "all": self.rules.all_tests}
        candidate = {"mode": "candidate", "source": self.source, "prelude": self.rules.prelude}
        for second_try in (False, True):
            limits = self.rules.limits(0, second_try)
            ran, other = self.worker.run(judge, candidate, limits=limits)
            late = job.KILLED_WALL in (ran.killed, other.killed)
            if late and self._was_starved(max(ran.cpu, other.cpu)) and not second_try:
                ran.close()
                other.close()
                continue
            break
        try:
            return self._asserted(ran, other, limits, len(pieces))
        finally:
            ran.close()
            other.close()

    def _asserted(self, ran: Ran, other: Ran, limits: Limits, count: int) -> list[Result]:
        cpu, peak = max(ran.cpu, other.cpu), max(ran.peak, other.peak)
        loaded = other.answer(0)
        if loaded is not None and loaded.status == child.OK:  # then it was answering questions
            loaded = Answer(child.RUNNING, loaded.cpu, loaded.start, loaded.end)
        status, note = ("", "")
        if other.killed != job.KILLED_PARTNER:  # the candidate ended by itself
            status, note = ending(other, loaded, limits)
        elif loaded is not None and loaded.status == child.COMPILE_ERROR:
            status, note = COMPILE, other.message()
        elif loaded is not None and loaded.status in (child.RAISED, child.NO_MEMORY):
            status, note = ending(other, loaded, limits)
        results = []
        for index in range(count):
            answer = ran.answer(index)
            if answer is None:
                break
            if answer.status == child.OK:
                results.append(Result(PASS, answer.cpu, peak, rule="assert"))
            elif answer.status == child.REFUTED and not status:
                results.append(Result(WRONG, cpu, peak, ran.message()))
            elif answer.status == child.RAISED or status:
                results.append(Result(status or RUNTIME, cpu, peak, note or ran.message()))
            elif ran.killed in (job.KILLED_CPU, job.KILLED_WALL):
                results.append(Result(TIME, cpu, peak, "time limit"))
                break
            elif ran.status & 0x7F:  # nothing but what the program sent can crash a judge
                results.append(Result(RUNTIME, cpu, peak, "the process of the tests was crashed"))
                break
            else:
                raise WorkerFailed(f"the test code failed: {ran.message() or 'it ended early'}")
        return results + [Result(NOT_RUN)] * (count - len(results))


def ending(ran: Ran, answer: Answer | None, limits: Limits) -> tuple[str, str]:
    """(status, note) where a run ended badly, ('', '') where its answer is to be compared."""
    if ran.size >= limits.output:
        return OUTPUT, f"more than {limits.output >> 20} MB were written"
    if answer is not None and answer.status != child.RUNNING:
        statuses = {
            child.RAISED: RUNTIME,
            child.NO_MEMORY: MEMORY,
            child.COMPILE_ERROR: COMPILE,
            child.MISSING: RUNTIME,
            child.NOT_PLAIN: WRONG,
        }
        status = statuses.get(answer.status, "" if answer.status == child.OK else RUNTIME)
        return status, ran.message() if status else ""
    if ran.killed == job.KILLED_CPU:
        return TIME, f"more than {limits.cpu:g} s of CPU time"
    if ran.killed == job.KILLED_WALL:
        return TIME, f"more than {limits.wall:g} s, most of it idle"
    number = ran.status & 0x7F
    if not number:
        return ("", "") if answer is not None else (RUNTIME, "it left no answer")
    name = signal.Signals(number).name if number in set(signal.Signals) else str(number)
    if number == signal.SIGXFSZ:
        return OUTPUT, "more was written than the limit allows"
    if number == signal.SIGXCPU or (number == signal.SIGKILL and ran.cpu >= limits.cpu):
        return TIME, f"more than {limits.cpu:g} s of CPU time"
    if ran.peak > 0.9 * limits.memory:
        return MEMORY, f"killed by {name} near the memory limit"
    return RUNTIME, f"killed by {name}"


def _shown(value: Any) -> str:
    try:
        return repr(value)[:80]  # control characters and half surrogates written as escapes
    except ValueError:  # Python refuses to write integers of more than 4,300 digits
        return "a very long number"


def _size(case: Case) -> int:
    return max(len(o) if isinstance(o, str) else 1000 for o in case.outputs)
