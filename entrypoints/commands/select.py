"""`skyt select`: rejection sampling."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from .key_values import key_values


def select(
    runs: Annotated[list[Path], typer.Argument(help="One run folder or several.")],
    out: Annotated[
        Path | None, typer.Option(help="Where the selection goes; left out: RUN/selection.")
    ] = None,
    keep: Annotated[
        str, typer.Option(help="Verdicts to keep, with commas; `unscored` is one too.")
    ] = "correct",
    per_problem: Annotated[int, typer.Option(help="Responses per problem at most; 0: all.")] = 0,
    prefer: Annotated[str, typer.Option(help="shortest, longest, random or first.")] = "shortest",
    min_tokens: Annotated[int, typer.Option(help="Shorter responses fall.")] = 0,
    max_tokens: Annotated[int, typer.Option(help="Longer responses fall; 0: no bound.")] = 0,
    truncated: Annotated[bool, typer.Option(help="Keep cut-off responses too.")] = False,
    dedupe: Annotated[str, typer.Option(help="none, exact or near.")] = "exact",
    overlap: Annotated[
        str, typer.Option(help="Benchmark problems in the data: refuse, drop, or off.")
    ] = "refuse",
    against: Annotated[
        str, typer.Option(help="Tasks to check, with commas; left out: all that can be read.")
    ] = "",
    mix: Annotated[
        str, typer.Option(help="Per task a count or parts: apps=5000,numina_math=2x.")
    ] = "",
    total: Annotated[int, typer.Option(help="So many in all, drawn at random; 0: all.")] = 0,
    rewritten_only: Annotated[
        bool, typer.Option(help="Only responses with an accepted rewrite.")
    ] = False,
    seed: Annotated[int, typer.Option(help="For random choices.")] = 41,
    as_json: Annotated[bool, typer.Option("--json", help="Print the funnel as JSON.")] = False,
) -> None:
    """Keep what is right, at most so many per problem, without duplicates or benchmark problems."""
    from skyt_plugins.distill.rules import Rules
    from skyt_plugins.distill.select import select as step

    rules = Rules(
        outcomes=tuple(name.strip() for name in keep.split(",") if name.strip()),
        per_problem=per_problem,
        prefer=prefer,
        min_tokens=min_tokens,
        max_tokens=max_tokens,
        truncated=truncated,
        dedupe=dedupe,
        overlap=overlap,
        against=[t.strip() for t in against.split(",") if t.strip()] or None,
        mixture=key_values(mix, "--mix"),
        total=total,
        rewritten_only=rewritten_only,
        seed=seed,
    )
    selected = step(runs, out, rules)
    if as_json:
        print(json.dumps({"folder": str(selected.folder), "funnel": selected.stages}))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for column in ("step", "responses", "problems", "fell"):
        table.add_column(column, justify="left" if column in ("step", "fell") else "right")
    for stage in selected.stages:
        fell = ", ".join(f"{count:,} {cause}" for cause, count in stage["fell"].items())
        table.add_row(stage["name"], f"{stage['kept']:,}", f"{stage['problems']:,}", fell)
    Console().print(table)
    print(f"{selected.count:,} responses chosen, in {selected.folder}")
