"""`skyt quickstart`: a tiny model from scratch, evaluated, trained and evaluated again."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from skyt_plugins.errors import SkytError


def quickstart(
    output: Annotated[
        Path, typer.Option(help="Folder of models, logs, samples, table and curve.")
    ] = Path("skyt-quickstart"),
    seed: Annotated[int, typer.Option(help="Seed of weights, data order and sampling.")] = 0,
    steps: Annotated[
        int, typer.Option(min=1, max=4, help="How many of the recipe's steps; more may follow.")
    ] = 4,
) -> None:
    """The four steps of Sky-T1-7B with a tiny model from scratch, on CPU and without the hub.

    Step 1: supervised training on the traces of a hasty teacher that the scorer accepts. Step 2:
    RLOO with the same scorer as reward. Step 3: supervised training on the model's own accepted
    traces. Step 4: RLOO on harder problems. lm-eval and Inspect measure each model, and a control
    with a constant reward. Interrupted and started again, it goes on where it was.
    """
    import importlib.util

    missing = [
        name for name in ("torch", "trl", "matplotlib") if not importlib.util.find_spec(name)
    ]
    if missing:
        raise SkytError(f"the quickstart needs {', '.join(missing)}: pip install 'skyt[train]'")
    from ..quickstart.run import run_quickstart
    from ..quickstart.stages import Settings

    start = time.monotonic()
    run_quickstart(output, Settings(seed=seed, steps=steps))
    print(f"{time.monotonic() - start:.0f} s; everything is in {output}", file=sys.stderr)
