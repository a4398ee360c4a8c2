"""Many judgements on every core: worker processes, `python -m`, for what the fast path leaves."""

from __future__ import annotations

import select
import threading
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from skyt_plugins.cores import cores

from .engine import Judgement, judge
from .policy import Policy
from .worker import START_SECONDS, Worker, WorkerDied, serve

_CHUNK = 250
_pool: list[Worker] = []
_pool_lock = threading.Lock()


def judge_all(pairs: Sequence[tuple[str, str]], policy: Policy) -> list[Judgement]:
    """One judgement for each (answer, reference), in order."""
    if cores() < 2 or not _pool_lock.acquire(blocking=False):
        return [judge(answer, gold, policy) for answer, gold in pairs]
    try:
        return _judge_in_parallel(pairs, policy)
    finally:
        _pool_lock.release()


def _judge_in_parallel(pairs: Sequence[tuple[str, str]], policy: Policy) -> list[Judgement]:
    results: list[Judgement | None] = [None] * len(pairs)
    starts = iter(range(0, len(pairs), _CHUNK))
    busy: dict[int, tuple[Worker, int]] = {}
    poll = select.poll()
    options = asdict(policy)

    def give(worker: Worker) -> None:
        start = next(starts, None)
        if start is None:
            return
        try:
            worker.send([options, pairs[start : start + _CHUNK]])
        except WorkerDied:
            _judge_here(pairs, start, results, policy)
            return
        busy[worker.fileno()] = (worker, start)
        poll.register(worker.fileno(), select.POLLIN | select.POLLHUP)

    for worker in _workers():
        give(worker)
    while busy:
        for fileno, _ in poll.poll():
            worker, start = busy.pop(fileno)
            poll.unregister(fileno)
            try:
                answers = worker.receive(START_SECONDS)
            except (TimeoutError, WorkerDied):
                worker.stop()
                _judge_here(pairs, start, results, policy)
                continue
            for at, (equal, rule) in enumerate(answers):
                results[start + at] = Judgement(equal, rule)
            give(worker)
    for start in starts:  # no worker was left to take these
        _judge_here(pairs, start, results, policy)
    return [result for result in results if result is not None]


def _judge_here(
    pairs: Sequence[tuple[str, str]],
    start: int,
    results: list[Judgement | None],
    policy: Policy,
) -> None:
    for at in range(start, min(start + _CHUNK, len(pairs))):
        results[at] = judge(*pairs[at], policy)


def _workers() -> list[Worker]:
    """A live worker for every core, ready to be asked."""
    while len(_pool) < cores():
        _pool.append(Worker(__name__))
    alive = []
    for worker in _pool:
        try:
            worker.ensure_ready()
        except (OSError, TimeoutError, WorkerDied):
            worker.stop()
            continue
        alive.append(worker)
    return alive


def _answer(question: Any) -> Any:
    options, pairs = question
    policy = Policy(**options)
    judged = (judge(answer, gold, policy) for answer, gold in pairs)
    return [[one.equal, one.rule] for one in judged]


if __name__ == "__main__":
    serve(_answer)
