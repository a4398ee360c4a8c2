"""Results cross from an event loop to an ordinary iterator: all, in order, never far ahead."""

from __future__ import annotations

import asyncio
import selectors
import socket
import threading

import pytest

from skyt_plugins.distill.engines.event_loop import OneByOne, Put, results


async def counting(put: Put[int], given: list[int], count: int = 200) -> None:
    async def work() -> None:
        while len(given) < count:
            given.append(len(given))
            put(given[-1])
            await asyncio.sleep(0)

    await asyncio.gather(*(work() for _ in range(8)))


def test_nothing_is_lost_and_work_waits_for_the_caller() -> None:
    given: list[int] = []
    ahead = []
    seen = []
    for number in results(lambda put: counting(put, given)):
        seen.append(number)
        ahead.append(len(given) - len(seen))
    assert seen == list(range(200))
    assert max(ahead) < 3 * 8  # what eight tasks put in one turn of the loop


def test_inside_a_running_loop_as_in_a_notebook() -> None:
    async def cell() -> list[int]:
        return list(results(lambda put: counting(put, [])))

    assert asyncio.run(cell()) == list(range(200))


def test_what_was_finished_comes_before_the_error() -> None:
    async def fail(put: Put[str]) -> None:
        put("finished")
        async with asyncio.TaskGroup() as group:
            group.create_task(asyncio.sleep(60))
            group.create_task(raise_it())

    async def raise_it() -> None:
        raise RuntimeError("the end")

    found = results(fail)
    assert next(found) == "finished"
    with pytest.raises(RuntimeError, match="the end"):
        next(found)


@pytest.mark.parametrize("in_a_loop", [False, True])
def test_work_is_cancelled_when_the_caller_has_had_enough(in_a_loop: bool) -> None:
    ended = threading.Event()

    async def endless(put: Put[int]) -> None:
        try:
            put(1)
            await asyncio.sleep(3_600)
        finally:
            ended.set()

    async def cell() -> None:
        take_one()

    def take_one() -> None:
        found = results(endless)
        assert next(found) == 1
        found.close()  # type: ignore[attr-defined]

    if in_a_loop:
        asyncio.run(cell())
    else:
        take_one()
    assert ended.is_set()


def test_ready_connections_are_told_one_by_one_and_closed_ones_not_at_all() -> None:
    pairs = [socket.socketpair() for _ in range(4)]
    ours = [pair[0] for pair in pairs]
    with OneByOne() as selector:
        for here, there in pairs:
            selector.register(here, selectors.EVENT_READ)
            there.send(b"x")
        told = [key.fileobj for key, _ in selector.select(1)]
        gone = next(here for here in ours if here not in told)
        selector.unregister(gone)
        told += [key.fileobj for _ in range(2) for key, _ in selector.select(0)]
    assert set(told) == set(ours) - {gone}
    assert len(told) == 3
    for pair in pairs:
        for end in pair:
            end.close()
