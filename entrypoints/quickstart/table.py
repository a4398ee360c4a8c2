"""The tables that the quickstart prints and writes, and its pass@k curves."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .plans import RL_STEPS, Column, columns_of
from .stages import HOSTS, LEVELS, Settings
from .workspace import Workspace

NAMES = {"lm_eval": "lm-eval", "inspect": "Inspect"}
# Of every RL step but the control: that many points above the supervised step before it.
WANTED_GAIN = 0.10

Figures = Mapping[str, Any]


def figures_of(space: Workspace, column: Column, host: str) -> dict[str, Figures] | None:
    """Benchmark to figures of one model in one host, with `mean` over the benchmarks."""
    found = space.result(f"eval-{column.model}-{host}")
    if found is None:
        return None
    tasks = {task: found[task] for task in LEVELS}
    return {**tasks, "mean": mean_figures(list(tasks.values()))}


def mean_figures(parts: Sequence[Figures]) -> Figures:
    """The mean over independent benchmarks. Its interval is recovered from theirs (the method of
    variance estimates recovery, MOVER: Zou and Donner 2008)."""
    count = len(parts)
    mean = sum(part["accuracy"] for part in parts) / count
    below = math.hypot(*(part["accuracy"] - part["low"] for part in parts)) / count
    above = math.hypot(*(part["high"] - part["accuracy"] for part in parts)) / count
    return {"accuracy": mean, "low": mean - below, "high": mean + above}


def table_one(space: Workspace, settings: Settings) -> list[tuple[str, ...]]:
    """Benchmarks down, models across, as in the first table of the Sky-T1-7B post."""
    columns = columns_of(settings)
    measured = {host: [figures_of(space, column, host) for column in columns] for host in HOSTS}
    whole = [i for i in range(len(columns)) if all(found[i] for found in measured.values())]
    figures = {host: [found[i] or {} for i in whole] for host, found in measured.items()}
    rows: list[tuple[str, ...]] = [("", *(columns[i].label for i in whole))]
    for host, models in figures.items():
        for task in (*LEVELS, "mean"):
            rows.append((f"{task}, {NAMES[host]}", *(accuracy_text(m[task]) for m in models)))
    last = f"pass@{max(_pass_at_k(figures['lm_eval'][0], LEVELS[0]))}" if whole else ""
    for title, host, key, form in (
        (f"{last}, %", "lm_eval", last, lambda value: f"{100 * value:.1f}"),
        ("mean tokens", "lm_eval", "mean_tokens", lambda value: f"{value:.0f}"),
        ("cut off", "inspect", "truncated", lambda value: f"{value:.1%}"),
    ):
        for task in LEVELS:
            values = [{**m[task]["pass_at_k"], **m[task]}[key] for m in figures[host]]
            rows.append((f"{title}, {task}", *map(form, values)))
    return rows


def gain_lines(space: Workspace, settings: Settings) -> list[str]:
    """What each RL step and the control gained over the step before: on held-out problems of the
    level that it was trained on, and on the mean of both levels."""
    columns = {column.model: column for column in columns_of(settings)}
    lines = []
    for after, before, level in RL_STEPS:
        if after not in columns:
            continue
        for task in (level, "mean"):
            told = []
            for host in HOSTS:
                new, old = (figures_of(space, columns[model], host) for model in (after, before))
                if new and old:
                    wanted = 0.0 if after == "control" else WANTED_GAIN
                    told.append(f"{NAMES[host]} {gain_text(new[task], old[task], wanted)}")
            lines.append(f"{after} over {before}, {task}: {'; '.join(told)}")
    return lines


def gain_text(new: Figures, old: Figures, wanted: float) -> str:
    """`+30.1 points, intervals apart`; where it is less than `wanted`, that is said."""
    gain = new["accuracy"] - old["accuracy"]
    text = f"{100 * gain:+.1f} points, intervals "
    text += "apart" if new["low"] > old["high"] else "overlap"
    return text if gain >= wanted or not wanted else f"{text} (less than {100 * wanted:.0f})"


def model_rows(space: Workspace, settings: Settings) -> list[tuple[str, ...]]:
    """One row per model: seconds to make and to evaluate it."""
    header = ("model", "seconds to make", *(f"in {name}" for name in NAMES.values()))
    rows: list[tuple[str, ...]] = [header]
    for column in columns_of(settings):
        evaluated = [_seconds(space, f"eval-{column.model}-{host}") for host in HOSTS]
        made = sum(_seconds(space, stage) for stage in column.makers)
        rows.append((column.label, f"{made:.0f}", *(f"{value:.0f}" for value in evaluated)))
    return rows


def accuracy_text(figures: Figures) -> str:
    """`55.2 [51.0, 60.1]`: a share and its interval in percent."""
    mean, low, high = (100 * figures[key] for key in ("accuracy", "low", "high"))
    return f"{mean:.1f} [{low:.1f}, {high:.1f}]"


def markdown(rows: Sequence[tuple[str, ...]]) -> str:
    """A table in Markdown; the first row is its header."""
    header, *body = rows
    lines = [header, tuple("---" for _ in header), *body]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines) + "\n"


def draw_pass_at_k(space: Workspace, settings: Settings, path: Path) -> None:
    """pass@k over k for every model, one panel a benchmark, as lm-eval measured it."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5 * len(LEVELS), 3.5), layout="constrained")
    for index, task in enumerate(LEVELS):
        axes = figure.add_subplot(1, len(LEVELS), index + 1)
        for column in columns_of(settings):
            if found := figures_of(space, column, "lm_eval"):
                points = sorted(_pass_at_k(found, task).items())
                axes.plot(*zip(*points, strict=True), "o-", label=column.label)
        axes.set(title=task, xlabel="k", ylabel="pass@k", ylim=(0, 1))
        axes.set_xscale("log", base=2)
        axes.grid(alpha=0.3)
    axes.legend(fontsize=7)
    figure.savefig(path, dpi=120)


def _pass_at_k(figures: Mapping[str, Figures], task: str) -> dict[int, float]:
    """k to pass@k of one model on one benchmark."""
    values = figures[task]["pass_at_k"]
    return {int(name.removeprefix("pass@")): value for name, value in values.items()}


def _seconds(space: Workspace, stage: str) -> float:
    return float((space.result(stage) or {}).get("seconds", 0.0))
