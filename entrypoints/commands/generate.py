"""`skyt generate`: ask a model n times per problem."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .key_values import key_values


def generate(
    out: Annotated[Path, typer.Option(help="The run's folder. The same command continues it.")],
    model: Annotated[
        str,
        typer.Option(help="ENGINE/MODEL: openai/NAME, hf/DIR, vllm/DIR, inspect/NAME, ray/DIR."),
    ],
    task: Annotated[str, typer.Option(help="A task (see `skyt tasks`).")] = "",
    prompts: Annotated[
        Path | None, typer.Option(help="Or a file: .jsonl or .parquet with questions.")
    ] = None,
    n: Annotated[
        int | None, typer.Option(help="Responses per problem; left out: the task's.")
    ] = None,
    temperature: Annotated[float | None, typer.Option(help="Left out: the task's.")] = None,
    top_p: Annotated[float | None, typer.Option(help="Left out: the task's.")] = None,
    max_tokens: Annotated[
        int | None, typer.Option(help="Tokens per response at most; left out: the task's.")
    ] = None,
    sampling: Annotated[
        str, typer.Option(help="More for the engine, e.g. top_k=20,min_p=0.05.")
    ] = "",
    seed: Annotated[int, typer.Option(help="Every sample gets its own seed from this one.")] = 41,
    start: Annotated[int, typer.Option(help="First problem, counted from 0.")] = 0,
    end: Annotated[int | None, typer.Option(help="End of the slice, not included.")] = None,
    min_difficulty: Annotated[float | None, typer.Option(help="Inclusive.")] = None,
    max_difficulty: Annotated[float | None, typer.Option(help="Inclusive.")] = None,
    labels: Annotated[
        Path | None, typer.Option(help="A run with difficulties (see `skyt label`).")
    ] = None,
    system: Annotated[str, typer.Option(help="A system prompt by name, @FILE, or its text.")] = "",
    variant: Annotated[str, typer.Option(help="Which of the task's prompts.")] = "default",
    prefill: Annotated[str, typer.Option(help="What every response begins with.")] = "",
    scorer: Annotated[str, typer.Option(help="In place of the task's; needed for files.")] = "",
    engine: Annotated[
        str, typer.Option(help="`ray`: run the model's engine in many replicas through Ray.")
    ] = "",
    engine_args: Annotated[
        str, typer.Option(help="For the engine, e.g. concurrency=256,timeout=900.")
    ] = "",
    base_url: Annotated[str, typer.Option(help="Of an OpenAI-compatible server.")] = "",
    keys: Annotated[str, typer.Option(help="A file of API keys, one a line, used in turn.")] = "",
    num_replicas: Annotated[
        int | None, typer.Option(help="Replicas of the model, with --engine ray.")
    ] = None,
    ray_address: Annotated[
        str, typer.Option(help="The Ray cluster; left out: one on this machine.")
    ] = "",
    prices: Annotated[
        str, typer.Option(help="Per million tokens, IN,OUT, e.g. 0.15,0.60: the cost is told.")
    ] = "",
    dry_run: Annotated[bool, typer.Option(help="Say what would be asked, ask nothing.")] = False,
) -> None:
    """Ask a model n times per problem and keep every response in a run folder.

    Killed at any moment, the same command goes on where it ended.
    """
    from skyt_plugins.distill import steps

    options = {
        "base_url": base_url,
        "keys": keys,
        "num_replicas": num_replicas,
        "address": ray_address,
    }
    print(
        steps.generate(
            out,
            model,
            task=task,
            prompts=prompts,
            n=n,
            temperature=temperature,
            top_p=top_p,
            max_tokens=max_tokens,
            sampling=key_values(sampling, "--sampling"),
            seed=seed,
            engine=engine,
            engine_args={name: value for name, value in options.items() if value}
            | key_values(engine_args, "--engine-args"),
            prices=prices,
            dry_run=dry_run,
            start=start,
            end=end,
            min_difficulty=min_difficulty,
            max_difficulty=max_difficulty,
            labels=labels,
            system=system,
            variant=variant,
            prefill=prefill,
            scorer=scorer,
        )
    )
