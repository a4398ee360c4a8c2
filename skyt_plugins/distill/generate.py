"""The step `generate`: ask a model n times per problem and record what it says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

from skyt_plugins.errors import SkytError
from skyt_plugins.registry import get_task

from .engines import get_engine, replies
from .engines.base import Engine, Reply
from .plan import Plan
from .prices import Prices
from .progress import Progress
from .prompts import Ask, file_prompts, file_task, task_prompts
from .record import Prompt, digest, to_json
from .responses import responses
from .store import Run, step_id


@dataclass
class Generated:
    """Counts of one call: responses `written` and those `found` from before; requests `refused` for
    good (recorded) and `failed` in passing (asked again by the same command); half-written records
    `dropped`; `duplicates` of a problem id in the source; tokens of this call."""

    written: int = 0
    found: int = 0
    refused: int = 0
    failed: int = 0
    dropped: int = 0
    duplicates: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    failure: str = field(default="", metadata={"help": "the first passing failure, as told"})


def generate(
    out: str | Path,
    model: str,
    *,
    task: str | None = None,
    prompts: str | Path | None = None,
    ask: Ask = Ask(),  # noqa: B008 (frozen)
    sampling: Mapping[str, Any] | None = None,
    seed: int = 41,
    engine_options: Mapping[str, Any] | None = None,
    engine: Engine | None = None,
) -> Generated:
    """Fill the run `out` with n responses per problem of `task` or of the file `prompts`.

    `sampling` may hold temperature, top_p, max_tokens, n and whatever else the engine understands;
    what it leaves out comes from the task. `engine` takes the place of the one `model` names.
    Raises SkytError where nothing can be asked, or where the run holds responses to the same
    prompts under other settings.
    """
    params, n = sampling_of(task, sampling)
    source = prompts_of(task, prompts, ask)
    with Run.writing(out, create=True) as run:
        name = get_task(task).name if task else file_task(Path(str(prompts)))
        config = {
            "task": name,
            "prompts": str(prompts or ""),
            "model": model,
            "sampling": params,
            "seed": seed,
            "system": ask.system or "",
            "variant": ask.variant,
            "prefill": ask.prefill,
        }
        _refuse_mixture(run, config)
        counts = Generated(dropped=run.writer("responses").dropped)
        run.writer("problems")
        plan = Plan(run, source, n, seed)
        requests = plan.requests()
        first = next(requests, None)
        if first is not None:
            step = run.begin_step("generate", config)
            with Progress("generate", "responses") as progress:
                sent = to_json(params)
                progress.note(f"generate: {model}, n = {n}, {sent}")
                engine = engine or get_engine(model, engine_options)
                if getattr(engine, "workdir", "") is None:  # an engine that wants a place to work
                    vars(engine)["workdir"] = run.folder.resolve()
                for reply in replies(engine, chain([first], requests), params):
                    _record(run, engine, reply, sent, step, counts)
                    progress.advance(len(reply.choices))
            counts.found, counts.duplicates = plan.found, plan.duplicates
            run.end_step(step, {"n": n, "start": ask.start, "end": ask.end, **asdict(counts)})
        elif not plan.found:
            raise SkytError(
                f"nothing to ask: no prompt in {prompts or task}\n"
                "look at the file, --start and --end, and the difficulty bounds"
            )
        counts.found, counts.duplicates = plan.found, plan.duplicates
        return counts


def told(counts: Generated, out: str | Path, prices: Prices | None = None) -> str:
    """The counts for a person."""
    lines = [
        f"{counts.written:,} responses written, {counts.found:,} there before, in {out} "
        f"({counts.prompt_tokens:,} prompt and {counts.completion_tokens:,} completion tokens)"
    ]
    if prices:
        cost = prices.cost(counts.prompt_tokens, counts.completion_tokens)
        lines.append(f"cost of this call: {cost}")
    for count, text in (
        (counts.refused, "refused for good (recorded with the reason)"),
        (counts.dropped, "half-written records of an earlier run dropped"),
        (counts.duplicates, "prompts left out: their id was there already"),
        (counts.failed, f"requests failed; the same command asks again. First: {counts.failure}"),
    ):
        if count:
            lines.append(f"{count:,} {text}")
    return "\n".join(lines)


def sampling_of(task: str | None, given: Mapping[str, Any] | None) -> tuple[dict[str, Any], int]:
    """(sampling parameters, n): the task's defaults under what was `given`.

    At temperature 0 every sample would be the same: n above 1 is refused.
    """
    merged: dict[str, Any] = {"temperature": 0.7, "top_p": 1.0, "max_tokens": 32_768, "n": 1}
    if task is not None:
        merged.update(asdict(get_task(task).sampling))
    merged.update({name: value for name, value in (given or {}).items() if value is not None})
    n = int(merged.pop("n"))
    if n < 1 or merged["max_tokens"] < 1 or merged["temperature"] < 0:
        raise SkytError(
            f"n = {n}, max_tokens = {merged['max_tokens']}, temperature = {merged['temperature']}:"
            " n and max_tokens begin at 1, temperature at 0"
        )
    if n > 1 and merged["temperature"] == 0:
        raise SkytError(
            f"n = {n} at temperature 0 would give the same response {n} times\n"
            "give --temperature, or --n 1"
        )
    return merged, n


def prompts_of(task: str | None, file: str | Path | None, ask: Ask) -> Iterator[Prompt]:
    """The prompts of a task of the registry or of a file: exactly one of the two is given."""
    if bool(task) == bool(file):
        raise SkytError("say where the prompts come from: either --task or --prompts FILE")
    return task_prompts(task, ask) if task else file_prompts(Path(str(file)), ask)


def _refuse_mixture(run: Run, config: dict[str, Any]) -> None:
    """One task of a run is asked in one way: n and the slice may grow, nothing else changes."""
    for old in run.config_of("generate"):
        if old["task"] != config["task"] or digest(old) == digest(config):
            continue
        if not _has_responses(run, step_id("generate", old)):  # it failed before its first one
            continue
        changed = [name for name in config if digest(old.get(name)) != digest(config[name])]
        told = "; ".join(f"{n}: {to_json(old.get(n))} → {to_json(config[n])}" for n in changed)
        raise SkytError(
            f"{run.folder} holds responses to {config['task']} under other settings\n"
            f"{told[:300]}\nname another folder with --out"
        )


def _has_responses(run: Run, step: str) -> bool:
    batches = run.batches("responses", ["step"], 65_536)
    return any(step in batch[0].unique().to_pylist() for batch in batches)


def _record(
    run: Run, engine: Engine, reply: Reply, sampling: str, step: str, counts: Generated
) -> None:
    """Append the rows of one reply in one write, and count."""
    if reply.failed:
        counts.failed += 1
        counts.failure = counts.failure or reply.failed
        return
    rows = [response.row() for response in responses(engine, reply, sampling, step)]
    run.append("responses", rows)
    counts.written += len(rows)
    counts.refused += bool(reply.error)
    counts.prompt_tokens += reply.prompt_tokens
    counts.completion_tokens += sum(row["completion_tokens"] for row in rows)
