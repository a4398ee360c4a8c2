"""Replies cross from the event loop to the writing thread: all, in order, never too far ahead."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest

from skyt_plugins.distill.engines.base import Reply, Request
from skyt_plugins.distill.engines.outbox import Outbox
from skyt_plugins.distill.record import Prompt


def reply(number: int) -> Reply:
    return Reply(Request(Prompt("t", str(number), [], ""), (0,), 1))


def test_nothing_is_lost_and_no_more_than_allowed_is_unwritten() -> None:
    outbox = Outbox(most=3)
    given = 0
    ahead: list[int] = []

    async def work() -> None:
        nonlocal given
        while given < 200:
            outbox.put(reply(given))
            given += 1
            await outbox.room()
            await asyncio.sleep(0)

    async def workers() -> None:
        await asyncio.gather(*(work() for _ in range(8)))

    def run() -> None:
        asyncio.run(workers())
        outbox.end()

    thread = threading.Thread(target=run)
    thread.start()
    seen = []
    for number, item in enumerate(outbox.replies()):
        seen.append(item.request.prompt.problem)
        ahead.append(given - number)
        if number % 50 == 0:
            time.sleep(0.02)
    thread.join(10)
    assert seen == [str(number) for number in range(given)]
    assert max(ahead) <= 3 + 8  # each worker may hold the one with which it found no room


def test_what_was_finished_comes_before_the_error() -> None:
    outbox = Outbox(most=3)

    async def fail() -> None:
        outbox.put(reply(0))
        raise RuntimeError("the end")

    with pytest.raises(RuntimeError) as raised:
        asyncio.run(fail())
    outbox.end(raised.value)
    replies = outbox.replies()
    assert next(replies).request.prompt.problem == "0"
    with pytest.raises(RuntimeError, match="the end"):
        next(replies)
