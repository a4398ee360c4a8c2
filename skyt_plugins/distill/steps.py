"""Every step with flat arguments, as a command line and a recipe give them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from skyt_plugins.errors import SkytError
from skyt_plugins.system_prompts import system_prompt

from .prompts import Ask


def ask_of(
    system: str = "",
    variant: str = "default",
    prefill: str = "",
    start: int = 0,
    end: int | None = None,
    min_difficulty: float | None = None,
    max_difficulty: float | None = None,
    labels: str | Path | None = None,
    scorer: str = "",
) -> Ask:
    return Ask(
        system=system_prompt(system),
        variant=variant,
        prefill=prefill.replace("\\n", "\n"),
        start=start,
        end=end,
        min_difficulty=min_difficulty,
        max_difficulty=max_difficulty,
        labels=labels,
        scorer=scorer,
    )


def with_engine(model: str, engine: str) -> str:
    """The model's name with the engine that was asked for beside it."""
    if engine == "ray":
        return model if model.startswith("ray/") else f"ray/{model}"
    if engine and engine != model.partition("/")[0]:
        raise SkytError(f"engine {engine!r} and model {model!r} name different engines")
    return model


def generate(
    out: str | Path,
    model: str,
    task: str = "",
    prompts: str | Path | None = None,
    n: int | None = None,
    temperature: float | None = None,
    top_p: float | None = None,
    max_tokens: int | None = None,
    sampling: Mapping[str, Any] | None = None,
    seed: int = 41,
    engine: str = "",
    engine_args: Mapping[str, Any] | None = None,
    prices: str = "",
    dry_run: bool = False,
    **ask: Any,
) -> str:
    """`skyt generate`; what was done, for a person. Raises SkytError where requests failed."""
    from .dry_run import generate_estimate
    from .generate import generate as step
    from .generate import told
    from .prices import prices_of

    costs = prices_of(prices)
    params = {"n": n, "temperature": temperature, "top_p": top_p, "max_tokens": max_tokens}
    params |= sampling or {}
    model = with_engine(model, engine)
    how = ask_of(**ask)
    if dry_run:
        return generate_estimate(
            Path(out), model, task or None, Path(prompts) if prompts else None, how, params, costs
        )
    counts = step(
        out, model, task=task or None, prompts=prompts, ask=how, sampling=params, seed=seed,
        engine_options=engine_args,
    )  # fmt: skip
    if counts.failed:
        raise SkytError(told(counts, out, costs))
    return told(counts, out, costs)


def label(
    run: str | Path,
    model: str = "",
    task: str = "",
    prompts: str | Path | None = None,
    published: str | Path | None = None,
    pass_rate: bool = False,
    start: int = 0,
    end: int | None = None,
    tries: int = 3,
    engine: str = "",
    engine_args: Mapping[str, Any] | None = None,
) -> str:
    from .label import label as step

    counts = step(
        run, with_engine(model, engine), task=task or None, prompts=prompts,
        ask=Ask(start=start, end=end), published=published, pass_rate=pass_rate, tries=tries,
        engine_options=engine_args,
    )  # fmt: skip
    return (
        f"{counts.written:,} problems labelled now, {counts.found:,} before; "
        f"{counts.unlabelled:,} without a label"
    )


def rewrite(
    run: str | Path,
    model: str = "",
    rule: bool = False,
    tries: int = 2,
    max_tokens: int = 16_384,
    engine: str = "",
    engine_args: Mapping[str, Any] | None = None,
) -> str:
    from .rewrite import rewrite as step

    counts = step(
        run, with_engine(model, engine), rule=rule, tries=tries,
        sampling={"max_tokens": max_tokens}, engine_options=engine_args,
    )  # fmt: skip
    return (
        f"{counts.accepted:,} rewrites accepted, {counts.rejected:,} rejected, "
        f"{counts.failed:,} failed, {counts.found:,} there before"
    )


def score(
    run: str | Path,
    scorer: str = "",
    scorer_options: Mapping[str, Any] | None = None,
    ids: Sequence[str] = (),
    force: bool = False,
    ray_address: str | None = None,
) -> str:
    from .score import score as step

    return step(
        run, scorer=scorer, scorer_options=scorer_options, ids=ids, force=force,
        ray_address=ray_address,
    ).told()  # fmt: skip


def select(runs: Sequence[str | Path], out: str | Path | None = None, **rules: Any) -> str:
    from .rules import Rules
    from .select import select as step

    selected = step(runs, out, Rules(**rules))
    return f"{selected.text()}\n{selected.count:,} responses chosen, in {selected.folder}"


def pairs(run: str | Path, out: str | Path, engine: str = "", model: str = "", **how: Any) -> str:
    from .pairs import pairs as step

    how["engine_options"] = how.pop("engine_args", None)
    if how.get("system"):
        how["system"] = system_prompt(how["system"])
    done = step(run, out, model=with_engine(model, engine), **how)
    told = ", ".join(f"{count:,} {kind}" for kind, count in done.rows.items()) or "none"
    fell = "".join(f"\n{count:,} left out: {why}" for why, count in sorted(done.fell.items()))
    return f"pairs in {done.file}: {told}{fell}"


def export(selection: str | Path, out: str | Path, system: str | None = None, **how: Any) -> str:
    from .export import export as step

    done = step(selection, out, system=system_prompt(system) if system else system, **how)
    files = sorted(done.rows.items())
    return "\n".join(f"{rows:,} rows in {done.folder / name}" for name, rows in files)


def import_(paths: Sequence[str | Path], out: str | Path, **how: Any) -> str:
    from .import_ import import_ as step

    counts = step(paths, out, **how)
    return (
        f"{counts.written:,} responses to {counts.problems:,} new problems imported from "
        f"{counts.files} files; {counts.found:,} were there"
    )


STEPS: dict[str, Callable[..., str]] = {
    "generate": generate,
    "import": import_,
    "label": label,
    "rewrite": rewrite,
    "score": score,
    "select": select,
    "pairs": pairs,
    "export": export,
}
