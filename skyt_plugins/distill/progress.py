"""Progress of long work: a bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Any, Self

QUIET_SECONDS = 1.0
LINE_SECONDS = 60.0


class Progress:
    """Counts `unit`s of a step. `total` may be unknown (None)."""

    def __init__(self, title: str, unit: str, total: int | None = None) -> None:
        self.title = title
        self.unit = unit
        self.total = total
        self.done = 0
        self._start = self._shown = time.monotonic()
        self._terminal = sys.stderr.isatty()  # asked once: it is a system call
        self._bar: Any = None
        self._task: Any = None

    def advance(self, count: int) -> None:
        self.done += count
        now = time.monotonic()
        if self._bar is not None:
            self._bar.update(self._task, completed=self.done)
        elif self._terminal:
            if now - self._start >= QUIET_SECONDS:
                self._show_bar()
        elif now - self._shown >= LINE_SECONDS:
            self._shown = now
            of = f" of {self.total}" if self.total else ""
            rate = self.done / (now - self._start)
            print(
                f"{self.title}: {self.done}{of} {self.unit}, {rate:.1f}/s",
                file=sys.stderr,
                flush=True,
            )

    def note(self, text: str) -> None:
        """Say one line without breaking the bar."""
        if self._bar is not None:
            self._bar.console.print(text, highlight=False, markup=False)
        else:
            print(text, file=sys.stderr, flush=True)

    def _show_bar(self) -> None:
        from rich import progress
        from rich.console import Console

        self._bar = progress.Progress(
            progress.TextColumn(f"{self.title}"),
            progress.BarColumn(),
            progress.MofNCompleteColumn(),
            progress.TextColumn(self.unit),
            progress.TimeElapsedColumn(),
            progress.TimeRemainingColumn(),
            console=Console(stderr=True),
        )
        self._bar.start()
        self._task = self._bar.add_task("", total=self.total, completed=self.done)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.stop()
