"""A server that speaks the real protocol and misbehaves on purpose.

`python fake_server.py --delay 0.05 --faults rate,500,cut` serves until it is killed and prints its
port. What it says depends only on the seed, the prompt and the choice, so two runs can be compared.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from aiohttp import web

WORDS = [
    "so",
    "then",
    "we",
    "add",
    "carry",
    "one",
    "and",
    "get",
    "two",
    "three",
    "five",
    "seven",
    "hence",
]


def answer_text(data: dict[str, Any], choice: int) -> str:
    """A response made from the seed: about one in two boxes the sum that the prompt asks for."""
    user = next(m["content"] for m in data["messages"] if m["role"] == "user")
    key = f"{data.get('seed')}|{user}|{choice}".encode()
    number = int.from_bytes(hashlib.sha256(key).digest()[:8], "big")
    thought = " ".join(WORDS[(number >> i) % len(WORDS)] for i in range(4 + number % 40))
    digits = [int(w) for w in "".join(c if c.isdigit() else " " for c in user).split()]
    total = sum(digits[:2]) + (0 if number % 2 else 1)
    return f"<think>\n{thought}\n</think>\n\nThe answer is \\boxed{{{total}}}."


class FakeServer:
    """`faults` is a list of names, one spent on each incoming request, then it behaves:

    rate 500 cut truncated malformed empty nochoices slow fewer
    Always on: `single` (refuses n > 1), `keys` (a set of keys that are accepted).
    """

    def __init__(
        self,
        faults: list[str] | None = None,
        delay: float = 0.0,
        single: bool = False,
        keys: set[str] | None = None,
        model: str = "tiny",
        context: int = 10_000,
    ) -> None:
        self.faults = list(faults or [])
        self.delay = delay
        self.single = single
        self.keys = keys
        self.model = model
        self.context = context
        self.asked: Counter[str] = Counter()  # requests answered with 200, by prompt
        self.choices = 0
        self.pause_at = sys.maxsize  # with so many choices given, further requests wait
        self.statuses: Counter[int] = Counter()
        self.in_flight = self.most_in_flight = 0

    async def complete(self, request: web.Request) -> web.StreamResponse:
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            answer = await self._complete(request)
            self.statuses[answer.status] += 1
            return answer
        finally:
            self.in_flight -= 1

    async def _complete(self, request: web.Request) -> web.StreamResponse:
        data = json.loads(await request.read())
        if self.keys is not None:
            key = request.headers.get("Authorization", "").removeprefix("Bearer ")
            if key not in self.keys:
                return _error(401, "Incorrect API key provided")
        if data["model"] != self.model:
            return _error(404, f"The model `{data['model']}` does not exist")
        if len(json.dumps(data["messages"])) > self.context:
            return _error(400, f"This model's maximum context length is {self.context} tokens")
        n = data.get("n", 1)
        if self.single and n > 1:
            return _error(400, "'n' must be 1 for this model")
        fault = self.faults.pop(0) if self.faults else ""
        if fault == "rate":
            return _error(429, "Rate limit reached", {"Retry-After": "0.05"})
        if fault.isdigit():
            return _error(int(fault), "The server had an error")
        if fault == "cut":
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        if fault == "slow":
            await asyncio.sleep(0.5)
        if self.delay:
            await asyncio.sleep(self.delay)
        while self.choices >= self.pause_at:
            await asyncio.sleep(0.005)
        given = n - 1 if fault == "fewer" and n > 1 else n
        texts = [answer_text(data, i) for i in range(given)]
        if fault == "empty":
            texts = ["" for _ in texts]
        words = sum(len(text.split()) for text in texts)
        completion = {
            "id": "x",
            "object": "chat.completion",
            "created": 0,
            "model": data["model"],
            "choices": [
                {
                    "index": i,
                    "finish_reason": "stop",
                    "message": {"role": "assistant", "content": text},
                }
                for i, text in enumerate(texts)
            ],
            "usage": {
                "prompt_tokens": 11,
                "completion_tokens": words,
                "total_tokens": 11 + words,
            },
        }
        if fault == "nochoices":
            completion["choices"] = []
        raw = json.dumps(completion).encode()
        if fault == "truncated":
            raw = raw[: len(raw) // 2]
        if fault == "malformed":
            raw = b"<html>gateway</html>"
        if not fault or fault in ("slow", "fewer", "empty"):
            self.asked[data["messages"][-1]["content"]] += 1
            self.choices += len(texts)
        return web.Response(body=raw, content_type="application/json")

    async def models(self, request: web.Request) -> web.Response:
        return web.json_response({"object": "list", "data": [{"id": self.model}]})

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_post("/v1/chat/completions", self.complete)
        app.router.add_get("/v1/models", self.models)
        return app


def _error(status: int, message: str, headers: dict[str, str] | None = None) -> web.Response:
    return web.json_response({"error": {"message": message}}, status=status, headers=headers)


@contextmanager
def served(server: FakeServer, port: int = 0) -> Iterator[str]:
    """The server's base URL while it runs in a thread."""
    loop = asyncio.new_event_loop()
    ready = threading.Event()
    bound: list[int] = []

    async def start() -> web.AppRunner:
        runner = web.AppRunner(server.app(), shutdown_timeout=0.05)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", port)
        await site.start()
        assert site._server is not None
        bound.append(site._server.sockets[0].getsockname()[1])  # type: ignore[attr-defined]
        return runner

    def serve() -> None:
        asyncio.set_event_loop(loop)
        runner = loop.run_until_complete(start())
        ready.set()
        loop.run_forever()
        loop.run_until_complete(runner.cleanup())

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    assert ready.wait(10)
    try:
        yield f"http://127.0.0.1:{bound[0]}/v1"
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--delay", type=float, default=0.0)
    parser.add_argument("--faults", default="")
    given = parser.parse_args()
    server = FakeServer([f for f in given.faults.split(",") if f], given.delay)

    async def run() -> None:
        runner = web.AppRunner(server.app(), access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", given.port)
        await site.start()
        assert site._server is not None
        port = site._server.sockets[0].getsockname()[1]  # type: ignore[attr-defined]
        print(port, flush=True)
        await asyncio.Event().wait()

    asyncio.run(run())


if __name__ == "__main__":
    main()
