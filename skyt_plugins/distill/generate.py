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
from .record import Prompt, Response, clean, digest, to_json
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
    rows = [response.row() for response in _responses(engine, reply, sampling, step)]
    run.append("responses", rows)
    counts.written += len(rows)
    counts.refused += bool(reply.error)
    counts.prompt_tokens += reply.prompt_tokens
    counts.completion_tokens += sum(row["completion_tokens"] for row in rows)


def _responses(engine: Engine, reply: Reply, sampling: str, step: str) -> Iterator[Response]:
    request, prompt = reply.request, reply.request.prompt
    tokens, exact = token_counts(reply)
    texts = [(choice.text, choice.finish_reason) for choice in reply.choices]
    if reply.error:
        texts = [("", "refused")] * len(request.samples)
    for position, (text, finish) in enumerate(texts):
        yield Response(
            task=prompt.task,
            problem=clean(prompt.problem),
            sample=request.samples[position],
            task_version=prompt.task_version,
            messages=[{k: clean(v) for k, v in turn.items()} for turn in prompt.messages],
            response=clean(request.prefill + text) if text else "",
            finish_reason=finish,
            error=clean(reply.error),
            prompt_tokens=reply.prompt_tokens,
            completion_tokens=tokens[position] if tokens else 0,
            tokens_exact=exact,
            model=engine.model,
            engine=engine.name,
            sampling=sampling,
            seed=request.seed,
            choice=position,
            choices=len(texts),
            step=step,
        )


def token_counts(reply: Reply) -> tuple[list[int], bool]:
    """(completion tokens of each choice, whether the engine counted each by itself).

    Servers give one total for all choices of a request. It is shared out by length of text, so
    that sums stay right; attributing it to the first choice would make averages of the rest 0.
    """
    known = [choice.tokens for choice in reply.choices]
    if all(count is not None for count in known):
        return [count or 0 for count in known], True
    total = reply.total_tokens or 0
    lengths = [len(choice.text) for choice in reply.choices]
    whole = sum(lengths) or 1
    shares = [total * length // whole for length in lengths]
    for position in range(total - sum(shares)):
        shares[position % len(shares)] += 1
    return shares, len(shares) == 1
