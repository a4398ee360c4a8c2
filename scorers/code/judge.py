"""Run a program against its tests: forks, limits, retries, and a status for each test.

A test is run in a fork of its own. In fast mode the tests after the first go into one fork in
growing chunks; whatever fails there is run again in a fork of its own, whose result counts.
"""

from __future__ import annotations

import re

from ..sandbox import job, outbox
from ..sandbox.backends import Backend
from ..sandbox.pool import shared_pool
from ..sandbox.worker import Answer, Limits, Ran, Worker, WorkerFailed
from .answers import printed_result, returned_result
from .assertions import assertion_results
from .cases import Case, Suite
from .results import Result, Rules, Status, ending, was_starved

_NUMPY = re.compile(r"\b(?:numpy|np|scipy|pandas)\b")
_CHUNK_BYTES = 8 << 20


def results_of(
    source: str, suite: Suite, rules: Rules, backend: Backend, workers: int | None = None
) -> list[Result]:
    """The result of every test, in order. Raises WorkerFailed where the sandbox fails twice."""
    pool = shared_pool(backend.layers, bool(_NUMPY.search(source)), workers)
    for attempt in (1, 2):
        try:
            with pool.worker(fresh=attempt == 2) as worker:
                program = source.encode("utf-8", "surrogatepass")
                if suite.kind == "assert":
                    return assertion_results(worker, program, suite, rules)
                return _Run(worker, program, suite, rules).cases()
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
                if result.status == Status.PASS or number == 0:
                    results.append(result)
                if result.status != Status.PASS:
                    break
            whole = len(got) == len(batch) and got[-1].status == Status.PASS
            chunk = min(20 * chunk, self._room(results)) if whole and fast else 1
            if not whole and len(batch) > 1:
                fast = False  # from here on every test has a fork of its own
            if results[-1].status != Status.PASS and self._may_stop(results):
                break
        return results + [Result(Status.NOT_RUN)] * (len(cases) - len(results))

    def _room(self, results: list[Result]) -> int:
        """How many more tests one fork can run within the limit of one, going by those so far."""
        mean = sum(result.time for result in results) / len(results)
        return max(1, min(outbox.MAX_TESTS, int(0.7 * self.rules.time_limit / (mean + 1e-6))))

    def _may_stop(self, results: list[Result]) -> bool:
        """At the first failure, unless all are wanted; never wait for a second time limit."""
        if not self.rules.all_tests or results[-1].status in (Status.TIME, Status.COMPILE):
            return True
        return len(results) >= self.rules.partial

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
            starved = ran.killed == job.KILLED_WALL and was_starved(ran.cpu, self.rules)
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
                if answer is None or answer.status != outbox.OK:
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
        if self.suite.kind == "call" and answer.status == outbox.RUNNING:
            return Result(Status.RUNTIME, cpu, ran.peak, "it exited instead of returning an answer")
        compared = returned_result if self.suite.kind == "call" else printed_result
        try:
            status, note, rule = compared(ran, answer, case, self.rules.tolerance)
        except (ValueError, TypeError, ArithmeticError, RecursionError) as error:
            # Only the program's part can be odd here: it must not turn into an error of ours.
            status, note, rule = Status.WRONG, f"not comparable: {type(error).__name__}", ""
        return Result(status, cpu, ran.peak, note, rule)


def _size(case: Case) -> int:
    return max(len(o) if isinstance(o, str) else 1000 for o in case.outputs)
