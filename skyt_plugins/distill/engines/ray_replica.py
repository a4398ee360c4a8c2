"""One replica on a Ray worker: an engine of ours, fed with batches of requests."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import pyarrow as pa

from ..record import Prompt, to_json
from .base import Reply, Request

REPLIES = pa.schema([("id", pa.string()), ("request", pa.string()), ("reply", pa.string())])


def request_row(request: Request, sample: int) -> dict[str, str]:
    """A request for one sample as a row of texts; `id` is the record's id within the run."""
    prompt = request.prompt
    identity = to_json([prompt.task, prompt.problem, sample])
    data = {
        "task": prompt.task,
        "problem": prompt.problem,
        "task_version": prompt.task_version,
        "messages": prompt.messages,
        "sample": sample,
        "base_seed": request.base_seed,
    }
    return {"id": identity, "request": to_json(data)}


def request_of(text: str) -> Request:
    """The request in a row. The reference stays with the driver: replicas have no use for it."""
    data = json.loads(text)
    prompt = Prompt(
        data["task"], data["problem"], data["messages"], "", task_version=data["task_version"]
    )
    return Request(prompt, (data["sample"],), data["base_seed"])


def reply_row(identity: str, request: str, reply: Reply) -> dict[str, str]:
    found = {
        "choices": [asdict(choice) for choice in reply.choices],
        "prompt_tokens": reply.prompt_tokens,
        "total_tokens": reply.total_tokens,
        "error": reply.error,
        "failed": reply.failed,
    }
    return {"id": identity, "request": request, "reply": to_json(found)}


class Replica:
    """A callable for Ray Data's `map_batches`: it loads the model once."""

    def __init__(self, model: str, options: Mapping[str, Any], sampling: Mapping[str, Any]) -> None:
        from . import get_engine

        self.engine = get_engine(model, options)
        self.sampling = sampling

    def __call__(self, batch: pa.Table) -> pa.Table:
        texts = {row["id"]: row["request"] for row in batch.to_pylist()}
        requests = [request_of(text) for text in texts.values()]
        rows = []
        open_ones = dict(zip(texts, requests, strict=True))
        for reply in self.engine.generate(requests, self.sampling):
            prompt, (sample,) = reply.request.prompt, reply.request.samples
            identity = to_json([prompt.task, prompt.problem, sample])
            open_ones.pop(identity)
            rows.append(reply_row(identity, texts[identity], reply))
        for identity, request in open_ones.items():  # each row that came in goes out
            missing = Reply(request, failed="the replica's engine gave no reply")
            rows.append(reply_row(identity, texts[identity], missing))
        return pa.Table.from_pylist(rows, REPLIES)
