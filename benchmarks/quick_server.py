"""A server that costs next to nothing: chat completions, one fixed answer after a fixed delay.

    python benchmarks/quick_server.py [--delay 0.05]

prints its port and serves until it is killed. HTTP/1.1 with keep-alive on the bare transport, so
that at 64 requests in flight what is missing to the ideal rate is the client's doing.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import selectors

TEXT = "<think>\nWe carry the one and look at the next column.\n</think>\n\nIt is \\boxed{3}."
COMPLETION = {
    "id": "x", "object": "chat.completion", "created": 0, "model": "tiny",
    "choices": [
        {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": TEXT}}
    ],
    "usage": {"prompt_tokens": 11, "completion_tokens": 24, "total_tokens": 35},
}  # fmt: skip
MODELS = {"object": "list", "data": [{"id": "tiny", "object": "model"}]}
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


def http(body: object) -> bytes:
    data = json.dumps(body).encode()
    head = (
        f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(data)}\r\n\r\n"
    )
    return head.encode() + data


class Connection(asyncio.Protocol):
    """One client's connection: requests one after the other, each answered after `delay` s."""

    completion, models = http(COMPLETION), http(MODELS)

    def __init__(self, delay: float) -> None:
        self.delay = delay
        self.received = b""
        self.loop = asyncio.get_running_loop()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.received += data
        while (end := self.received.find(b"\r\n\r\n")) >= 0:
            length = LENGTH.search(self.received, 0, end)
            whole = end + 4 + (int(length[1]) if length else 0)
            if len(self.received) < whole:
                return
            if self.received.startswith(b"GET"):
                self.transport.write(self.models)
            else:
                self.loop.call_later(self.delay, self.answer)
            self.received = self.received[whole:]

    def answer(self) -> None:
        if not self.transport.is_closing():
            self.transport.write(self.completion)


async def serve(delay: float) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(delay), "127.0.0.1", 0, backlog=1_024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def precise_loop() -> asyncio.AbstractEventLoop:
    """With `select`, whose timers keep microseconds: `epoll` rounds each delay up to a millisecond,
    which is 2 % of 50."""
    return asyncio.SelectorEventLoop(selectors.SelectSelector())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--delay", type=float, default=0.05)
    with asyncio.Runner(loop_factory=precise_loop) as runner:
        runner.run(serve(parser.parse_args().delay))
