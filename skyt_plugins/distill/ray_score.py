"""Judging as Ray tasks: the machines of a cluster score, the driver writes the verdicts down."""

from __future__ import annotations

import json
import os
import time
from collections import deque
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import islice
from typing import Any

import ray

from skyt_plugins.errors import SkytError
from skyt_plugins.registry import get_scorer
from skyt_plugins.types import Verdict

from .engines.ray_cluster import connect
from .judges import Gold, Judges, Text

# A task takes about this long, whatever a verdict costs: at most that much is judged again when a
# node dies, and Ray's own work per task (about a millisecond) stays small.
TASK_SECONDS = 3.0
FIRST_TASK, LARGEST_TASK = 16, 2_048
TASKS_PER_CPU = 3  # running and waiting: the CPUs never wait for the driver
RETRIES = 5  # of a task whose worker or node died

Places = dict[tuple[str, str], Gold]
Override = tuple[str, str] | None


def judged_by_ray(
    judges: Judges, texts: Iterable[Text], address: str
) -> Iterator[list[tuple[Text, Verdict]]]:
    """Texts with their verdicts, in the order of `texts`, judged by the cluster at `address` ("":
    one on this machine). Raises SkytError where a task fails for good."""
    ours = connect(address, len(os.sched_getaffinity(0)))
    try:
        yield from _tasks(judges, iter(texts))
    except ray.exceptions.RayError as error:
        lines = str(error).strip().splitlines() or [type(error).__name__]
        raise SkytError(
            f"Ray stopped: {lines[-1][:300]}\nverdicts so far are kept; the same command continues"
        ) from error
    finally:
        if ours:
            ray.shutdown()


def _tasks(judges: Judges, texts: Iterator[Text]) -> Iterator[list[tuple[Text, Verdict]]]:
    task = ray.remote(_judge).options(num_cpus=1, max_retries=RETRIES)
    running: deque[tuple[list[Text], Any]] = deque()
    size = FIRST_TASK
    more = True
    while more or running:
        room = TASKS_PER_CPU * max(1, int(ray.cluster_resources().get("CPU", 1))) - len(running)
        while more and room > 0:
            chunk = list(islice(texts, size))
            more = len(chunk) == size
            room -= 1
            if chunk:
                places = {(t.key.task, t.key.problem) for t in chunk}
                gold = {place: judges.gold[place] for place in places}
                running.append((chunk, task.remote(chunk, gold, judges.override)))
        if not running:
            return
        chunk, reference = running.popleft()
        seconds, verdicts = ray.get(reference)
        fast = seconds * 2 < TASK_SECONDS and len(chunk) >= size
        size = min(LARGEST_TASK, size * 2) if fast else size
        if seconds > TASK_SECONDS:
            size = max(1, min(size, len(chunk) // 2))
        yield list(zip(chunk, verdicts, strict=True))


def _judge(texts: list[Text], gold: Places, override: Override) -> tuple[float, list[Verdict]]:
    """On a worker: (seconds taken, verdicts in the order of `texts`)."""
    # A task has one CPU: programs are run one at a time, and other tasks have the other cores.
    os.environ["SKYT_SANDBOX_WORKERS"] = "1"
    began = time.monotonic()
    judges = Judges(gold, *(override or ()))
    for text in texts:
        judges.made.setdefault(text.judge, (_scorer(*text.judge), ""))
    verdicts = {(text.key, text.of): verdict for text, verdict in judges.judge(texts)}
    return time.monotonic() - began, [verdicts[text.key, text.of] for text in texts]


@cache
def _scorer(name: str, options: str) -> Any:
    """Made once a worker process: a scorer may keep processes of its own."""
    return get_scorer(name, **json.loads(options))
