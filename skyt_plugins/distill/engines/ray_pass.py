"""One pass of Ray Data over the open requests, in the background."""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ray
from ray.data import DataContext
from ray.data.checkpoint import CheckpointConfig
from ray.data.exceptions import ExecutionTimeoutError

from skyt_plugins.errors import SkytError

# What a dying node can cost. Any other error would come again.
LOSSES = (
    ray.exceptions.RayActorError,
    ray.exceptions.WorkerCrashedError,
    ray.exceptions.NodeDiedError,
    ray.exceptions.ObjectLostError,
    ray.exceptions.GetTimeoutError,
)


_OUR_ERROR = re.compile(r"SkytError: (.+?)(?:\n\n|\Z)", re.DOTALL)


class Pass(threading.Thread):
    """Reads place/requests, skips what place/checkpoint has, maps the rest, writes place/replies.

    The caller looks at the replies while it runs. `stall` is the number of seconds after which a
    pass without any progress is given up (Ray Data's own guard against executions that hang).
    """

    def __init__(
        self, place: Path, mapped: Callable[[Any], Any], batch_size: int, stall: float
    ) -> None:
        super().__init__(name="ray-pass", daemon=True)
        self.place = place
        self.mapped = mapped
        self.batch_size = batch_size
        self.stall = stall
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            self._run()
        except BaseException as error:  # told by `outcome`, in the caller's thread
            self.error = error

    def _run(self) -> None:
        for handler in logging.getLogger("ray.data").handlers:
            if isinstance(handler, logging.StreamHandler):  # its log file keeps everything
                handler.setLevel(logging.WARNING)
        context = DataContext.get_current().copy()
        context.checkpoint_config = CheckpointConfig(
            id_column="id",
            checkpoint_path=str(self.place / "checkpoint"),
            delete_checkpoint_on_success=False,
        )
        context.enable_progress_bars = False
        context.execution_no_progress_timeout_s = self.stall
        # A replica that dies while it starts (its node went) is started again elsewhere.
        context.max_consecutive_actor_init_deaths = 3
        with DataContext.current(context):
            rows = ray.data.read_parquet(str(self.place / "requests"))
            # One batch a block, so that a task is done as a whole or not at all.
            rows = rows.repartition(target_num_rows_per_block=self.batch_size)
            self.mapped(rows).write_parquet(str(self.place / "replies"), mode="append")

    def lost(self) -> str:
        """Why the pass ended early though another may succeed; "" where it ran to its end.

        Raises SkytError where another pass would meet the same error.
        """
        if self.error is None:
            return ""
        cause = _cause(self.error)
        if isinstance(self.error, ExecutionTimeoutError):
            return f"no progress for {self.stall:.0f} s"
        if isinstance(self.error, LOSSES):
            return cause
        raise SkytError(
            f"Ray stopped: {cause}\nwhat was finished is kept; the same command continues"
        ) from self.error


def _cause(error: BaseException) -> str:
    text = str(error)
    if told := _OUR_ERROR.findall(text):  # a replica's own: Ray keeps only its traceback
        return str(told[-1])
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:300] if lines else type(error).__name__
