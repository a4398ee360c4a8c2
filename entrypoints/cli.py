"""The command line `skyt`."""

from __future__ import annotations

import os
import sys
from importlib import import_module

import typer

from skyt_plugins.errors import SkytError

# Command name -> module and function in `commands/`, in the order of `skyt --help`.
COMMANDS = {
    "quickstart": "quickstart.quickstart",
    "tasks": "tasks.tasks",
    "generate": "generate.generate",
    "import": "import_.import_",
    "score": "score.score",
    "grade": "grade.grade",
    "label": "label.label",
    "rewrite": "rewrite.rewrite",
    "select": "select.select",
    "pairs": "pairs.pairs",
    "export": "export.export",
    "run": "run.run",
    "overlap": "overlap.overlap",
    "report": "report.report",
    "compare": "compare.compare",
    "summary": "summary.summary",
    "system-prompt": "system_prompt.system_prompt",
    "doctor": "doctor.doctor",
    "lm-eval-path": "lm_eval_path.lm_eval_path",
}

INTERRUPTED = 130  # Typer's exit code for Ctrl-C, as shells have it

app = typer.Typer(
    name="skyt",
    help="Tasks, verdicts and training data for reasoning models.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
for name, place in COMMANDS.items():
    module, function = place.split(".")
    app.command(name)(getattr(import_module(f".commands.{module}", __package__), function))


def choose_memory_pool() -> None:
    """Has Arrow take its memory from jemalloc, unless the user has chosen; to be called before it
    is imported. Its default, mimalloc, gives freed memory back to the system, and getting it again
    took 7 % of the time of score, select and export (`benchmarks/distill.py`)."""
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "jemalloc")


def main() -> None:
    """Run the command line; a SkytError is its message and exit code 2, without a traceback, and so
    is what the operating system refuses (a full disk, a folder of somebody else)."""
    choose_memory_pool()
    try:
        app()
    except (SkytError, OSError) as error:
        print(f"skyt: {error}", file=sys.stderr)
        raise SystemExit(2) from None
    except SystemExit as end:
        if end.code == INTERRUPTED:
            print("skyt: interrupted; the same command goes on with what is left", file=sys.stderr)
        raise


if __name__ == "__main__":
    main()
