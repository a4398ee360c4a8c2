"""`skyt score`: judge the responses of a run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from skyt_plugins.errors import SkytError

from .key_values import key_values


def score(
    run: Annotated[Path, typer.Argument(help="The run's folder.")],
    scorer: Annotated[str, typer.Option(help="In place of the problems' own scorer.")] = "",
    scorer_options: Annotated[str, typer.Option(help="Its options, e.g. timeout=6.")] = "",
    ids: Annotated[str, typer.Option(help="Only these problem ids, with commas.")] = "",
    force: Annotated[bool, typer.Option(help="Judge again what has a verdict.")] = False,
    engine: Annotated[str, typer.Option(help="`ray`: judge as tasks of a Ray cluster.")] = "",
    ray_address: Annotated[
        str, typer.Option(help="The Ray cluster; left out: one on this machine.")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print the counts as JSON.")] = False,
) -> None:
    """Judge what has no verdict yet, or was judged under an older rule of its scorer."""
    from skyt_plugins.distill.score import score as step

    if engine not in ("", "ray"):
        raise SkytError(f"score: unknown engine {engine!r}; there is `ray`, or none")
    counts = step(
        run,
        scorer=scorer,
        scorer_options=key_values(scorer_options, "--scorer-options"),
        ids=[i.strip() for i in ids.split(",") if i.strip()],
        force=force,
        ray_address=ray_address if engine or ray_address else None,
    )
    if as_json:
        print(json.dumps({**vars(counts), "outcomes": dict(counts.outcomes)}))
    else:
        print(counts.told())
