"""Workers kept warm and lent out: as many as there are cores, made when first needed."""

from __future__ import annotations

import atexit
import contextlib
import os
import sys
import threading
import weakref
from collections.abc import Iterator

from .worker import Layers, Worker, WorkerFailed


def core_count() -> int:
    """The cores this process may use, or SKYT_SANDBOX_WORKERS."""
    chosen = os.environ.get("SKYT_SANDBOX_WORKERS", "")
    if chosen.isdigit() and int(chosen):
        return int(chosen)
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else 1


class Pool:
    """Zygotes of one kind. Thread-safe; a fork of this process starts with an empty pool."""

    def __init__(self, layers: Layers, numpy: bool = False, size: int | None = None) -> None:
        self.layers, self.numpy, self.size = layers, numpy, size or core_count()
        self._idle: list[Worker] = []
        self._slots = threading.BoundedSemaphore(self.size)
        self._lock = threading.Lock()
        self._lent = 0
        _all_pools.add(self)

    @contextlib.contextmanager
    def worker(self, fresh: bool = False) -> Iterator[Worker]:
        """Borrow a worker, waiting for one if need be; with `fresh`, one never used before.

        A worker whose use raised is not kept.
        """
        with self._slots:
            if fresh:
                self.close()
            with self._lock:
                worker = self._idle.pop() if self._idle and not fresh else None
                self._lent += 1
            try:
                if worker is None:
                    worker = Worker(self.layers, self.numpy)
                worker.ahead = 2 * self._lent <= core_count()
                yield worker
            except BaseException:
                if worker is not None:
                    worker.close()
                raise
            finally:
                with self._lock:
                    self._lent -= 1
            with self._lock:
                self._idle.append(worker)

    def close(self) -> None:
        """End the idle workers."""
        with self._lock:
            workers, self._idle = self._idle, []
        for worker in workers:
            worker.close()

    def forget(self) -> None:
        """After a fork: the workers belong to the parent."""
        for worker in self._idle:
            worker.forget()
        self._idle = []
        self._lent = 0
        self._slots = threading.BoundedSemaphore(self.size)
        self._lock = threading.Lock()


_all_pools: weakref.WeakSet[Pool] = weakref.WeakSet()
_pools: dict[tuple[Layers, bool, int], Pool] = {}
_pools_lock = threading.Lock()


def shared_pool(layers: Layers, numpy: bool, size: int | None = None) -> Pool:
    """The pool of this process for these layers."""
    key = (layers, numpy, size or core_count())
    with _pools_lock:
        if key not in _pools:
            _pools[key] = Pool(*key)
        return _pools[key]


def close_all() -> None:
    """End every idle worker of this process."""
    for pool in list(_all_pools):
        pool.close()


def _after_fork() -> None:
    global _pools_lock
    _pools_lock = threading.Lock()
    for pool in list(_all_pools):
        pool.forget()


atexit.register(close_all)
os.register_at_fork(after_in_child=_after_fork)

__all__ = ["Pool", "WorkerFailed", "close_all", "core_count", "shared_pool"]
