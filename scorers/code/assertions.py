"""Run assertions: a judge in one fork asks the program in another; see sandbox/judging.py."""

from __future__ import annotations

import json

from ..sandbox import job, outbox
from ..sandbox.worker import Answer, Limits, Ran, Worker, WorkerFailed
from .cases import BadTests, Suite
from .results import Result, Rules, Status, ending, was_starved


def assertion_results(worker: Worker, source: bytes, suite: Suite, rules: Rules) -> list[Result]:
    """The results of a suite of assertions, as many at a time as a fork has room for records."""
    pieces = suite.pieces
    results: list[Result] = []
    for at in range(0, len(pieces), outbox.MAX_TESTS):
        results += _judged(worker, source, suite, pieces[at : at + outbox.MAX_TESTS], rules)
        last = results[-1].status
        if last == Status.NOT_RUN or (last != Status.PASS and not rules.all_tests):
            break
    return results + [Result(Status.NOT_RUN)] * (len(pieces) - len(results))


def _judged(
    worker: Worker, source: bytes, suite: Suite, pieces: tuple[str, ...], rules: Rules
) -> list[Result]:
    """One judge and one candidate; the time limit holds for each of the two."""
    plan = {
        "setup": suite.setup,
        "tests": pieces,
        "entry_point": suite.entry_point,
    }
    text = json.dumps(plan).encode()
    judge = {"mode": "judge", "source": text, "all": rules.all_tests}
    candidate = {"mode": "candidate", "source": source, "prelude": rules.prelude}
    for second_try in (False, True):
        limits = rules.limits(0, second_try)
        ran, other = worker.run(judge, candidate, limits=limits)
        late = job.KILLED_WALL in (ran.killed, other.killed)
        if late and was_starved(max(ran.cpu, other.cpu), rules) and not second_try:
            ran.close()
            other.close()
            continue
        break
    try:
        return _read(ran, other, limits, len(pieces))
    finally:
        ran.close()
        other.close()


def _read(ran: Ran, other: Ran, limits: Limits, count: int) -> list[Result]:
    cpu, peak = max(ran.cpu, other.cpu), max(ran.peak, other.peak)
    loaded = other.answer(0)
    if loaded is not None and loaded.status == outbox.OK:  # then it was answering questions
        loaded = Answer(outbox.RUNNING, loaded.cpu, loaded.start, loaded.end)
    status, note = None, ""
    if other.killed != job.KILLED_PARTNER:  # the candidate ended by itself
        status, note = ending(other, loaded, limits)
    elif loaded is not None and loaded.status == outbox.COMPILE_ERROR:
        status, note = Status.COMPILE, other.message()
    elif loaded is not None and loaded.status in (outbox.RAISED, outbox.NO_MEMORY):
        status, note = ending(other, loaded, limits)
    results = []
    for index in range(count):
        answer = ran.answer(index)
        if answer is None:
            break
        if answer.status == outbox.OK:
            results.append(Result(Status.PASS, answer.cpu, peak, rule="assert"))
        elif answer.status == outbox.REFUTED and not status:
            results.append(Result(Status.WRONG, cpu, peak, ran.message()))
        elif answer.status == outbox.RAISED or status:
            results.append(Result(status or Status.RUNTIME, cpu, peak, note or ran.message()))
        elif ran.killed in (job.KILLED_CPU, job.KILLED_WALL):
            results.append(Result(Status.TIME, cpu, peak, "time limit"))
            break
        elif ran.status & 0x7F:  # nothing but what the program sent can crash a judge
            results.append(Result(Status.RUNTIME, cpu, peak, "the tests' process was crashed"))
            break
        elif answer.status == outbox.MISSING:
            raise BadTests(f"the test code cannot be run: {ran.message()}")
        else:
            raise WorkerFailed(f"the test code failed: {ran.message() or 'it ended early'}")
    return results + [Result(Status.NOT_RUN)] * (count - len(results))
