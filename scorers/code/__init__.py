"""The scorer `code`: runs a response's program against tests in a sandbox."""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from skyt_plugins.errors import SkytError
from skyt_plugins.types import Outcome, Problem, Verdict

from ..sandbox.backends import BACKENDS, NAMESPACES, Backend, SandboxMissing, open_backend
from ..sandbox.pool import core_count
from ..sandbox.session import Session
from ..sandbox.worker import WorkerFailed
from .cases import BadTests, Suite, suite_of
from .extract import program_of
from .judge import results_of
from .results import Result, Rules, Status


@dataclass(frozen=True)
class CodeScorer:
    """`correct` only if every test's result is exactly pass.

    Options: `time_limit` CPU seconds a test and `program_limit` for all of them; `batch_limit`
    seconds of the clock for a batch, after which no further program begins; `memory_mb` a test;
    `output_mb`; `tolerance` for numbers written with a point; `all_tests` for partial credit
    (`value` is the share passed of the first `partial_tests`, or of all where those pass); `fast`
    to run several tests in one fork; `prelude` for the benchmarks' common imports; `sandbox`
    (`native`, `bwrap`, `unsafe-subprocess`), `namespaces` (`auto`, `on`, `off`), `workers`
    (default: one a core).
    """

    time_limit: float = 2.0
    program_limit: float = 30.0
    batch_limit: float | None = None
    memory_mb: int = 512
    output_mb: int = 16
    tolerance: float = 1e-6
    all_tests: bool = False
    partial_tests: int = 10
    fast: bool = True
    prelude: bool = True
    sandbox: str = "native"
    namespaces: str = "auto"
    workers: int | None = None
    name: str = field(default="code", init=False)
    version: str = field(default="1", init=False)

    def __post_init__(self) -> None:
        if isinstance(self.namespaces, bool):  # YAML reads on and off so
            object.__setattr__(self, "namespaces", "on" if self.namespaces else "off")
        for option, known in (("sandbox", sorted(BACKENDS)), ("namespaces", NAMESPACES)):
            value = getattr(self, option)
            if value not in known:
                raise SkytError(
                    f"scorer code: unknown {option} {value!r}; known: {', '.join(known)}"
                )
        positive = "time_limit program_limit memory_mb output_mb partial_tests workers"
        for option in positive.split():
            value = getattr(self, option)
            if value is not None and not 0 < value < math.inf:
                raise SkytError(f"scorer code: {option} must be above 0, not {value}")

    def score(self, response: str, problem: Problem) -> Verdict:
        try:
            return self._score(response, problem)
        except Exception as error:  # a bug of ours must not be the model's mistake, nor stop a run
            return Verdict.error(f"{_where(problem)}{type(error).__name__}: {error}"[:500])

    def score_batch(self, pairs: Iterable[tuple[str, Problem]]) -> list[Verdict]:
        """Verdicts in order; one program to a worker, all workers busy.

        It ends at most one program's limit after `batch_limit`; what had not begun is an error.
        """
        pairs = list(pairs)
        end = math.inf if self.batch_limit is None else time.monotonic() + self.batch_limit

        def judged(pair: tuple[str, Problem]) -> Verdict:
            if time.monotonic() < end:
                return self.score(*pair)
            return Verdict.error(f"not run: the batch has used up its {self.batch_limit:g} s")

        threads = min(self.workers or core_count(), max(1, len(pairs)))
        if threads == 1:
            return [*map(judged, pairs)]
        with contextlib.suppress(SandboxMissing, OSError):
            open_backend(self.sandbox, self.namespaces)  # tried once, not by every thread
        with ThreadPoolExecutor(threads, thread_name_prefix="skyt-code") as executor:
            return list(executor.map(judged, pairs))

    def sandbox_layers(self) -> list[str]:
        """The layers in force here, for the run card; the gap where the sandbox is missing."""
        try:
            return list(open_backend(self.sandbox, self.namespaces).in_force)
        except (SandboxMissing, OSError) as error:
            return [f"none: {error}"]

    def self_test(self) -> dict[str, Any]:
        """For the doctor: `ok` where programs can be run safely here, and a line for each wall."""
        from ..sandbox.selftest import sandbox_report

        rows = sandbox_report()
        lines = [
            f"{'holds' if row.holds else 'no   '}  {row.name}"
            + (f": {row.note}" if row.note else "")
            for row in rows
        ]
        usable = any(row.holds and row.name == f"back end {self.sandbox}" for row in rows)
        return {"ok": usable, "version": self.version, "lines": lines}

    def session(self) -> Session:
        """Files and Python commands over them, in the same sandbox."""
        return Session(self.sandbox, self.namespaces, self.memory_mb << 20)

    def _score(self, response: str, problem: Problem) -> Verdict:
        try:
            suite = suite_of(problem.reference, problem.metadata)
            program = program_of(response)
            if program.source is None:
                return Verdict.no_answer(program.reason, truncated=program.truncated)
            backend = open_backend(self.sandbox, self.namespaces)
            results = results_of(program.source, suite, self._rules(), backend, self.workers)
        except BadTests as error:
            return Verdict.error(f"{_where(problem)}{error}")
        except SandboxMissing as error:
            return Verdict.error(f"{_where(problem)}the program was not run: {error}")
        except (WorkerFailed, OSError) as error:
            return Verdict.error(f"{_where(problem)}the sandbox failed: {error}")
        return self._verdict(program.source, suite, results, backend, program.truncated)

    def _rules(self) -> Rules:
        return Rules(
            time_limit=self.time_limit,
            program_limit=self.program_limit,
            memory=self.memory_mb << 20,
            output=self.output_mb << 20,
            tolerance=self.tolerance,
            all_tests=self.all_tests,
            partial=self.partial_tests,
            fast=self.fast,
            prelude=self.prelude,
        )

    def _verdict(
        self, source: str, suite: Suite, results: list[Result], backend: Backend, truncated: bool
    ) -> Verdict:
        passed = sum(result.status == Status.PASS for result in results)
        total = len(suite)
        details: dict[str, Any] = {
            "kind": suite.kind,
            "passed": passed,
            "total": total,
            "tests": [result.row() for result in results],
            "sandbox": backend.details(),
        }
        if truncated:
            details["unclosed_block"] = True
        unsafe = " (UNSAFE: no sandbox)" if backend.name == "unsafe-subprocess" else ""
        if passed == total == len(results):
            return Verdict.correct(source, f"passes all {total} tests{unsafe}", **details)
        first = next(i for i, result in enumerate(results) if result.status != Status.PASS)
        bad = results[first]
        note = f": {bad.note}" if bad.note else ""
        if bad.status == Status.NOT_RUN:
            note = f": the program's limit of {self.program_limit:g} s was used up"
        reason = f"test {first + 1} of {total}: {bad.status}{note}{unsafe}"
        value = 0.0
        if self.all_tests:
            head = results[: self.partial_tests]
            share = sum(r.status == Status.PASS for r in head) / len(head)
            value = share if share < 1 else passed / total
            details["value_over"] = len(head) if share < 1 else total
        return Verdict(Outcome.INCORRECT, value, source, reason, details)


def _where(problem: Problem) -> str:
    """The record, and the task where it is known, for an error message."""
    task = problem.metadata.get("task", "")
    place = " ".join(str(part) for part in (task, problem.id) if part)
    return f"{place}: " if place else ""
