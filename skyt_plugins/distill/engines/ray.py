"""The engine `ray/<engine>/<model>`: replicas of another engine on one machine or many.

What is open goes to Parquet files, Ray Data maps them over the replicas, and the workers write the
replies to Parquet themselves, from where the driver takes them into the run as they come. Ray
Data's own checkpointing, keyed by our record id, remembers what is done: a killed node costs the
batches it held, a killed driver goes on where it was. vLLM runs in Ray's own LLM processor, every
other engine in a replica of ours, which keeps its handling of rate limits, keys and retries.
"""

from __future__ import annotations

import math
import os
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import ray

from skyt_plugins.errors import SkytError

from .base import Reply, Request
from .ray_cluster import connect
from .ray_files import new_replies, write_checkpoint, write_requests
from .ray_pass import Pass
from .ray_replica import Replica

# Passes over what is missing that may bring nothing before the call gives up.
FRUITLESS_PASSES = 3
LOOK_SECONDS = 1.0


class RayEngine:
    """Options: num_replicas; address of the cluster ("" starts one on this machine, "auto" joins
    the one there is); batch_size (requests a replica takes at once); num_cpus and num_gpus per
    replica; workdir (shared by all nodes; the run's folder by default); stall (seconds without any
    progress after which Ray Data is started anew: more than a batch may take); engine_args (for
    vLLM, or the options of the inner engine)."""

    name = "ray"

    def __init__(
        self,
        model: str,
        num_replicas: int = 1,
        address: str = "",
        batch_size: int = 32,
        num_cpus: float = 1,
        num_gpus: float = 0,
        workdir: str = "",
        stall: float = 3_600,
        **engine_args: Any,
    ) -> None:
        inner, _, name = model.partition("/")
        if not name or inner == "ray":
            raise SkytError(f"ray/{model}: name the replicas' engine too, e.g. ray/vllm/{model}")
        self.inner, self.target = inner, model
        self.model = name
        self.num_replicas = int(num_replicas)
        self.address = address
        self.batch_size = int(batch_size)
        self.resources = {"num_cpus": float(num_cpus), "num_gpus": float(num_gpus)}
        self.stall = float(stall)
        self.engine_args = engine_args
        self.workdir = Path(workdir) if workdir else None
        self._ours = False

    def generate(self, requests: Iterable[Request], sampling: Mapping[str, Any]) -> Iterator[Reply]:
        """Replies as the workers write them; those of an earlier, unfinished call among them."""
        if self.workdir is None:
            raise SkytError("engine ray needs workdir=FOLDER, visible to all nodes")
        place = self.workdir / "ray"
        wanted = write_requests(requests, place / "requests")
        read: set[Path] = set()
        fruitless = 0
        while wanted.count:
            before = wanted.count
            self._connect()
            run = Pass(
                place, lambda rows: self._mapped(rows, dict(sampling)), self.batch_size, self.stall
            )
            run.start()
            while run.is_alive():
                run.join(LOOK_SECONDS)
                yield from new_replies(place / "replies", read, wanted)
            yield from new_replies(place / "replies", read, wanted)  # it ended after the last look
            if wanted.count == 0:
                break
            lost = run.lost()
            fruitless = fruitless + 1 if wanted.count == before else 0
            told = f"{wanted.count:,} replies are missing ({lost or 'Ray knows of no error'})"
            if fruitless == FRUITLESS_PASSES:
                raise SkytError(f"ray: {told}\nwhat was finished is kept; the same command asks on")
            print(f"skyt: ray: {told}; asking again", file=sys.stderr, flush=True)
            write_checkpoint(place / "requests", place / "checkpoint", wanted)
            self.close()  # a replica that hangs would keep its place: only the job's end frees it
        shutil.rmtree(place, ignore_errors=True)

    def _connect(self) -> None:
        # Reading, writing and the checkpoint's filter want CPUs beside those that replicas hold.
        replicas = math.ceil(self.num_replicas * self.resources["num_cpus"])
        self._ours |= connect(self.address, max(3, os.cpu_count() or 1) + replicas)
        there = ray.cluster_resources().get("CPU", 0)
        if there < replicas + 3:
            told = f"the cluster has {there:.0f} CPUs, the replicas take {replicas}"
            print(f"skyt: ray: {told}; reading and writing want 3", file=sys.stderr, flush=True)

    def _mapped(self, rows: Any, sampling: dict[str, Any]) -> Any:
        if self.inner == "vllm":
            from .ray_vllm import processor

            return processor(self, sampling)(rows)
        arguments = {
            "model": self.target,
            "options": self.engine_args,
            "sampling": sampling,
        }
        return rows.map_batches(
            Replica,
            fn_constructor_kwargs=arguments,
            batch_size=self.batch_size,
            batch_format="pyarrow",
            compute=ray.data.ActorPoolStrategy(size=self.num_replicas),
            **self.resources,
        )

    def close(self) -> None:
        """Leave the cluster as it was found; one of our own ends."""
        if self._ours:
            ray.shutdown()
            self._ours = False


def create(model: str, **options: Any) -> RayEngine:
    return RayEngine(model, **options)
