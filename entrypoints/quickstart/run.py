"""Run the stages, as many at a time as there are cores, then show the tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from skyt_plugins.cores import cores

from .commands import end_commands
from .plans import Stage, stages_of
from .stages import Context, Settings
from .table import draw_pass_at_k, gain_lines, markdown, model_rows, table_one
from .workspace import Workspace, write_json


def run_quickstart(folder: Path, settings: Settings) -> None:
    """Finish every stage that is not done in `folder`, then print and write the tables."""
    space = Workspace(folder)
    space.open(settings.as_dict())
    console = Console(stderr=True)
    with Progress(
        SpinnerColumn(finished_text="✓"),
        TextColumn("{task.description}"),
        BarColumn(),
        TimeElapsedColumn(),
        console=console,
    ) as progress:

        def run(stage: Stage) -> None:
            bar = progress.add_task(stage.label, total=1.0)
            context = Context(space, settings, lambda share: progress.update(bar, completed=share))
            result = space.run(stage.name, lambda: stage.work(context))
            progress.update(bar, completed=1.0)
            if not console.is_terminal:  # a log has no bars: one line per stage instead
                console.print(f"{stage.label}: {result['seconds']:.0f} s")

        run_stages(stages_of(settings), run)
    show(space, settings)


def run_stages(
    stages: Sequence[Stage], run: Callable[[Stage], Any], slots: int | None = None
) -> None:
    """Run each stage once those that it needs are done, `slots` (all cores) at a time.

    Every stage is one thread's work for one core. What a stage raises ends the others.
    """
    waiting, done = list(stages), set[str]()
    running: dict[Future[Any], Stage] = {}
    slots = slots or cores()
    with ThreadPoolExecutor(slots) as pool:
        try:
            while waiting or running:
                ready = [stage for stage in waiting if done.issuperset(stage.needs)]
                for stage in ready[: slots - len(running)]:
                    waiting.remove(stage)
                    running[pool.submit(run, stage)] = stage
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    done.add(running.pop(future).name)
                    future.result()
        except BaseException:
            end_commands()
            raise


def show(space: Workspace, settings: Settings) -> None:
    """Print the tables; write table.md, results.json and pass_at_k.png."""
    header, *body = table_one(space, settings)
    gains = gain_lines(space, settings)
    parts = [markdown([header, *body]), *gains, "", markdown(model_rows(space, settings))]
    (space.folder / "table.md").write_text("\n".join(parts))
    results = {stage.name: space.result(stage.name) for stage in stages_of(settings)}
    write_json(space.folder / "results.json", results)
    draw_pass_at_k(space, settings, space.folder / "pass_at_k.png")
    shown = Table(*header, title="Held-out sums, pass@1 in % [95 %]")
    for row in body:
        shown.add_row(*row)
    output = Console()
    output = output if output.is_terminal else Console(width=160)
    output.print(shown)
    for line in gains:
        output.print(line, highlight=False)
