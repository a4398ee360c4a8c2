"""Judging as Ray tasks: the machines of a cluster score, the driver writes the verdicts down."""

from __future__ import annotations

import json
import os
import time
from collections import deque
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

import ray

from skyt_plugins.cores import cores
from skyt_plugins.errors import SkytError
from skyt_plugins.registry import get_scorer
from skyt_plugins.types import Verdict

from .engines.ray_cluster import connect
from .judges import Gold, Judges
from .parts import Judged, Place, Texts, parts

# A task takes about this long, whatever a verdict costs: at most that much is judged again when a
# node dies, and Ray's own work per task (about a millisecond) stays small.
TASK_SECONDS = 3.0
FIRST_TASK, LARGEST_TASK = 16, 2_048
TASKS_PER_CPU = 3  # running and waiting: the CPUs never wait for the driver
RETRIES = 5  # of a task whose worker or node died


def judged_by_ray(
    judges: Judges, texts: Iterable[Texts], step: str, address: str
) -> Iterator[Judged]:
    """Rows of table `scores` for all `texts`, judged by the cluster at `address` ("": one on this
    machine). Raises SkytError where a task fails for good."""
    ours = connect(address, cores())
    try:
        for part, verdicts in _tasks(judges, texts):
            yield judges.judged(part, verdicts, step)
    except ray.exceptions.RayError as error:
        lines = str(error).strip().splitlines() or [type(error).__name__]
        raise SkytError(
            f"Ray stopped: {lines[-1][:300]}\nverdicts so far are kept; the same command continues"
        ) from error
    finally:
        if ours:
            ray.shutdown()


def _tasks(judges: Judges, texts: Iterable[Texts]) -> Iterator[tuple[Texts, list[Verdict]]]:
    task = ray.remote(_judge).options(num_cpus=1, max_retries=RETRIES)
    running: deque[tuple[Texts, Any]] = deque()
    size = FIRST_TASK
    waiting = parts(texts, lambda _: size)
    more = True
    while more or running:
        room = TASKS_PER_CPU * max(1, int(ray.cluster_resources().get("CPU", 1))) - len(running)
        while more and room > 0:
            part = next(waiting, None)
            more = part is not None
            room -= 1
            if part is not None:
                gold = {place: judges.gold[place] for place in set(part.places())}
                running.append((part, task.remote(part, gold)))
        if not running:
            return
        part, reference = running.popleft()
        seconds, verdicts = ray.get(reference)
        fast = seconds * 2 < TASK_SECONDS and len(part) >= size
        size = min(LARGEST_TASK, size * 2) if fast else size
        if seconds > TASK_SECONDS:
            size = max(1, min(size, len(part) // 2))
        yield part, verdicts


def _judge(texts: Texts, gold: dict[Place, Gold]) -> tuple[float, list[Verdict]]:
    """On a worker: (seconds taken, verdicts in the order of `texts`)."""
    # A task has one CPU: programs are run one at a time, and other tasks have the other cores.
    os.environ["SKYT_SANDBOX_WORKERS"] = "1"
    began = time.monotonic()
    judges = Judges(gold)
    judges.made[texts.judge] = (_scorer(*texts.judge), "")
    return time.monotonic() - began, judges.judge(texts)


@cache
def _scorer(name: str, options: str) -> Any:
    """Made once a worker process: a scorer may keep processes of its own."""
    return get_scorer(name, **json.loads(options))
