"""Asynchronous work as an ordinary iterator, on an event loop for many equal requests."""

from __future__ import annotations

import asyncio
import selectors
from collections import deque
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from typing import Any, TypeVar

T = TypeVar("T")
Put = Callable[[T], None]


def results(work: Callable[[Put[T]], Coroutine[Any, Any, None]]) -> Iterator[T]:
    """What `work` puts, as it comes, and at last what it raises (of several errors the first).

    `work` goes on only while the caller waits for a result: what the caller has not asked past
    is at most what came in one turn of the loop. One thread does both, since two that hand over a
    thousand results a second spend more on waiting for each other than on the results. Only
    where the caller's thread runs a loop of its own (in a notebook), `work` gets another one.
    """
    loop = asyncio.SelectorEventLoop(OneByOne())
    found: deque[T] = deque()

    def put(result: T) -> None:
        found.append(result)
        # Not at once: what the task sends next goes out before the caller takes its time.
        loop.call_soon(loop.stop)

    def task_of(coroutine: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = loop.create_task(coroutine)
        task.add_done_callback(lambda _: loop.stop())
        return task

    with ThreadPoolExecutor(1) if _in_a_loop() else nullcontext() as thread:

        def go_on() -> None:
            """Until something has called `loop.stop`."""
            if thread:
                thread.submit(loop.run_forever).result()
            else:
                loop.run_forever()

        task = task_of(work(put))
        try:
            while not task.done():
                go_on()
                while found:
                    yield found.popleft()
            _raise_first(task)
        finally:
            # The caller may have had enough, or have been interrupted.
            loop.call_soon_threadsafe(task.cancel)
            closing = task_of(loop.shutdown_asyncgens())
            while not (task.done() and closing.done()):
                go_on()
            loop.close()
            task.cancelled() or task.exception()  # else asyncio says that nobody looked


def _in_a_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def _raise_first(task: asyncio.Task[None]) -> None:
    error = task.exception()
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    if error:
        raise error


class OneByOne(selectors.DefaultSelector):  # type: ignore[misc, valid-type]
    """Tells the loop of one ready connection at a time.

    asyncio takes every task that can go on one step further before any goes a second step. Of
    answers that come together, the first would thus be followed by its next request only when
    nearly all have been worked through; the next answers would come together again, and the server
    wait for all of them each time. One by one, a bunch dissolves.
    """

    def __init__(self) -> None:
        super().__init__()
        self._waiting: list[tuple[selectors.SelectorKey, int]] = []

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        registered = self.get_map()
        while self._waiting:
            key, events = self._waiting.pop()
            if registered.get(key.fd) is key:  # else closed or changed in the meantime
                return [(key, events)]
        ready = super().select(timeout)
        self._waiting = ready[:0:-1]
        return ready[:1]
