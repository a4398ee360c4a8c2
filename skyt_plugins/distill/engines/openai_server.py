"""The engine `openai/NAME`: any server that speaks OpenAI's chat completions.

Speaks the one request it needs itself: at 64 requests in flight the official client's own work per
request would leave a fast server idle (see benchmarks/distill.py).
"""

from __future__ import annotations

import asyncio
import os
import random
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import aiohttp

from skyt_plugins.errors import SkytError

from .base import Reply, Request
from .event_loop import Put, results
from .keys import Key, KeyRing, read_keys
from .protocol import Malformed, Problem, body, problem_of, reply_of

LONGEST_WAIT = 60.0  # seconds between two tries
EMPTY_TRIES = 2  # an empty response is asked for again so often, then believed


class OpenAIEngine:
    """Options: base_url, keys (a file), concurrency (requests in flight), per_minute (requests per
    key), timeout (seconds per request), retries (of a request that fails), patience (seconds to
    wait for a server that is down), several (ask for n choices in one request)."""

    name = "openai"

    def __init__(
        self,
        model: str,
        base_url: str = "",
        keys: str = "",
        concurrency: int = 64,
        per_minute: float = 0,
        timeout: float = 3_600,
        retries: int = 8,
        patience: float = 3_600,
        several: bool = True,
    ) -> None:
        url = base_url or os.environ.get("OPENAI_BASE_URL") or "https://api.openai.com/v1"
        self.model = model
        self.base_url = url.rstrip("/")
        if not url.startswith(("http://", "https://")):
            raise SkytError(f"base URL is {url!r}; it begins with http:// or https://")
        self.ring = KeyRing(read_keys(keys or None), per_minute)
        self.concurrency = int(concurrency)
        self.timeout = float(timeout)
        self.retries = int(retries)
        self.patience = float(patience)
        self.several = bool(several)
        self.answered = self.fatal = 0
        self.limit_name = "max_tokens"
        self._down_since = 0.0

    def generate(self, requests: Iterable[Request], sampling: Mapping[str, Any]) -> Iterator[Reply]:
        """Replies as they finish, `concurrency` requests in flight at any time."""
        return results(lambda put: self._run(iter(requests), sampling, put))

    def close(self) -> None:
        """Nothing is held between calls."""

    async def _run(
        self,
        requests: Iterator[Request],
        sampling: Mapping[str, Any],
        put: Put[Reply],
    ) -> None:
        connector = aiohttp.TCPConnector(limit=self.concurrency)
        timeout = aiohttp.ClientTimeout(total=self.timeout, sock_connect=10)
        async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:
            if not self.answered:
                await self._greet(session)
            async with asyncio.TaskGroup() as group:
                for _ in range(self.concurrency):
                    group.create_task(self._worker(session, requests, sampling, put))

    async def _worker(
        self,
        session: aiohttp.ClientSession,
        requests: Iterator[Request],
        sampling: Mapping[str, Any],
        put: Put[Reply],
    ) -> None:
        for request in requests:
            while request.samples:
                part = request if self.several else request.alone(request.samples[0])
                reply = await self._ask(session, part, sampling)
                if reply is None:  # the server does not do several choices: ask one by one
                    continue
                put(reply)
                done = len(part.samples) if reply.error or reply.failed else len(reply.choices)
                request = request.after(done)

    # One request

    async def _ask(
        self, session: aiohttp.ClientSession, request: Request, sampling: Mapping[str, Any]
    ) -> Reply | None:
        """The reply to one request, tried until it is final; None: ask for single choices."""
        tries = 0
        while True:
            key = await self.ring.next()
            data = body(self.model, request, sampling, self.limit_name)
            try:
                status, headers, text = await self._post(session, key, data)
            except aiohttp.ClientConnectorError as error:
                await self._wait_for_server(error)
                continue
            except (aiohttp.ClientError, TimeoutError, ConnectionError) as error:
                status, headers, text = 0, {}, f"{type(error).__name__}: {error}"
            self._back_up()
            problem = Problem("passing", text)
            if status == 200:
                try:
                    reply = reply_of(request, text)
                    if tries < EMPTY_TRIES and not any(choice.text for choice in reply.choices):
                        raise Malformed("nothing but empty choices")
                    self.answered += 1
                    self.several &= len(reply.choices) > 1 or len(request.samples) == 1
                    return reply
                except Malformed as error:
                    problem = Problem("passing", str(error))
            elif status:
                problem = problem_of(status, text, several=len(request.samples) > 1)
            if problem.kind == "several":
                self.several = False
                return None
            if problem.kind == "limit_name" and self.limit_name == "max_tokens":
                self.limit_name = "max_completion_tokens"
            elif problem.kind == "refused":
                return Reply(request, error=problem.text)
            elif problem.kind == "key":
                self._drop_key(key, problem.text)
            elif problem.kind == "rate":
                key.rest(_retry_after(headers) or self._pause(tries))
                tries += 1
                if tries > 100 * max(1, self.retries):
                    return Reply(request, failed=problem.text)
            elif problem.kind == "fatal":
                self._count_fatal(status, problem.text)
                return Reply(request, failed=problem.text)
            else:
                tries += 1
                if tries > self.retries:
                    return Reply(request, failed=problem.text[:500])
                await asyncio.sleep(_retry_after(headers) or self._pause(tries))

    async def _post(
        self, session: aiohttp.ClientSession, key: Key, data: bytes
    ) -> tuple[int, Mapping[str, str], str]:
        headers = {"Content-Type": "application/json"}
        if key.text:
            headers["Authorization"] = f"Bearer {key.text}"
        async with session.post(
            f"{self.base_url}/chat/completions", data=data, headers=headers
        ) as answer:
            raw = await answer.read()
            return answer.status, answer.headers, raw.decode("utf-8", "replace")

    async def _greet(self, session: aiohttp.ClientSession) -> None:
        """One cheap question at the start, so that a server that is down is told at once."""
        key = await self.ring.next()
        headers = {"Authorization": f"Bearer {key.text}"} if key.text else {}
        try:
            async with session.get(f"{self.base_url}/models", headers=headers) as answer:
                await answer.read()
        except (aiohttp.ClientError, TimeoutError, ConnectionError, ValueError) as error:
            raise SkytError(
                f"no server at {self.base_url}: {error}\n"
                "start it, or name it with --base-url or OPENAI_BASE_URL"
            ) from error

    # Waiting

    def _pause(self, tries: int) -> float:
        return min(LONGEST_WAIT, 0.25 * 2**tries) * (0.5 + random.random())

    async def _wait_for_server(self, error: Exception) -> None:
        now = time.monotonic()
        if not self._down_since:
            self._down_since = now
            _say(f"the server at {self.base_url} is down ({error}); waiting for it")
        if now - self._down_since > self.patience:
            raise SkytError(
                f"the server at {self.base_url} has been down for {self.patience:.0f} s\n"
                "everything finished is safe; the same command continues"
            ) from error
        await asyncio.sleep(min(5.0, 0.2 + 0.2 * (now - self._down_since)))

    def _back_up(self) -> None:
        if self._down_since:
            _say(f"the server is back after {time.monotonic() - self._down_since:.0f} s")
            self._down_since = 0.0

    def _count_fatal(self, status: int, text: str) -> None:
        """An unknown model, or a parameter no request gets past: stop before all have failed."""
        self.fatal += 1
        if not self.answered and (status == 404 or self.fatal >= 3):
            raise SkytError(f"{self.base_url} refuses model {self.model!r}: {text}")

    def _drop_key(self, key: Key, text: str) -> None:
        key.refused = True
        left = sum(not k.refused for k in self.ring.keys)
        if left == 0:
            raise SkytError(
                f"{self.base_url} refuses the API key: {text}\n"
                "set OPENAI_API_KEY, or name a file of keys with --keys"
            )
        _say(f"a key ending in …{key.text[-4:]} was refused; {left} left")


def _retry_after(headers: Mapping[str, str]) -> float:
    try:
        return max(0.0, float(headers.get("Retry-After", "0")))
    except ValueError:  # a date: rare, and the back-off does as well
        return 0.0


def _say(text: str) -> None:
    print(f"skyt: {text}", file=sys.stderr, flush=True)


def create(model: str, **options: Any) -> OpenAIEngine:
    return OpenAIEngine(model, **options)
