"""Replies on their way from an event loop to the thread that writes them down."""

from __future__ import annotations

import asyncio
import contextlib
import queue
from collections.abc import Iterator

from .base import Reply


class Outbox:
    """Hands replies over once per turn of the event loop: every hand-over makes the two threads
    wait for one another, which at 1,000 replies a second would be most of what a reply costs.

    `most`: what the caller has not asked past yet is not on disk and would be lost in a crash, so
    beyond that many such replies nothing new may be asked (`room`).
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self._turn: list[Reply] = []  # of this turn of the loop
        self._queue: queue.SimpleQueue[list[Reply] | BaseException | None] = queue.SimpleQueue()
        self._given = self._taken = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._room: asyncio.Event | None = None

    def put(self, reply: Reply) -> None:
        """From the event loop."""
        if not self._turn:
            self._loop = asyncio.get_running_loop()
            self._loop.call_soon(self._hand_over)
        self._turn.append(reply)
        self._given += 1

    def _hand_over(self) -> None:
        if self._turn:
            turn, self._turn = self._turn, []
            self._queue.put(turn)

    async def room(self) -> None:
        """Returns once at most `most` replies are not taken care of."""
        while self._given - self._taken > self.most:
            room = self._room = self._room or asyncio.Event()
            if (
                self._given - self._taken > self.most
            ):  # again: the other thread may not have seen it
                await room.wait()

    def end(self, error: BaseException | None = None) -> None:
        """After the event loop: nothing follows but, perhaps, an error."""
        self._hand_over()
        self._queue.put(error)

    def replies(self) -> Iterator[Reply]:
        """From the caller's thread: every reply, then the error if there was one."""
        while (item := self._queue.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            for reply in item:
                yield reply
                self._taken += 1  # asked for the next: this one is taken care of
                if self._room is not None and self._given - self._taken <= self.most:
                    self._wake()

    def _wake(self) -> None:
        def wake() -> None:
            room, self._room = self._room, None
            if room is not None:
                room.set()

        assert self._loop is not None
        with contextlib.suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(wake)
