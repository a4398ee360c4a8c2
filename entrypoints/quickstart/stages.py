"""What the stages of the quickstart do, each a function that returns its figures."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from .commands import Progress, python_module, run_command, skyt
from .hosts import inspect_figures, lm_eval_figures
from .teacher import Teacher
from .workspace import Workspace

# The benchmarks: no training prompt may hold one of their problems.
PLAIN, HARDER = "arith_plain", "arith_carry"
LEVELS = (PLAIN, HARDER)
HOSTS = {"lm_eval": lm_eval_figures, "inspect": inspect_figures}
SAMPLE_BATCH = 400
SELECTION = ("--per-problem", "2", "--prefer", "shortest")


def training(levels: Iterable[str]) -> list[str]:
    """The tasks with the training sides of these benchmarks."""
    return [f"{level}_train" for level in levels]


@dataclass(frozen=True)
class Settings:
    """Sizes of a run. A folder belongs to one set of them, but may grow from `steps` to more."""

    seed: int = 0
    steps: int = 4
    teacher: Teacher = field(default_factory=Teacher)
    traces_per_problem: int = 3
    sft_steps: int = 800
    rl_steps: int = 30
    # For the traces of step 3: of the harder level few, so that step 4 has something to teach.
    sampled_problems: int = 1_000
    harder_sampled_problems: int = 150
    samples_per_problem: int = 5
    own_sft_steps: int = 1_200  # on so few harder sums, columns that carry are learned late
    # A way of working is chosen in 30 steps; getting better at it, as step 4 must too, takes more.
    harder_rl_steps: int = 60

    def as_dict(self) -> dict[str, Any]:
        """What must stay the same in a folder."""
        return {key: value for key, value in asdict(self).items() if key != "steps"}


@dataclass(frozen=True)
class Context:
    """What a stage works with."""

    space: Workspace
    settings: Settings
    progress: Progress

    def model(self, name: str) -> Path:
        return (self.space.folder / f"model-{name}").resolve()

    def log(self, name: str) -> Path:
        return self.space.folder / "logs" / f"{name}.log"


Work = Callable[[Context], Mapping[str, Any]]


def make_traces(context: Context) -> dict[str, Any]:
    """The teacher's answers, judged; the correct ones are the traces of the supervised step."""
    import random

    from .sampling import accepted, problems_of, teacher_traces, write_jsonl

    settings = context.settings
    asked = problems_of(training(LEVELS))
    rows = teacher_traces(asked, settings.teacher, settings.traces_per_problem, settings.seed)
    traces = accepted(rows)
    random.Random(settings.seed).shuffle(traces)
    write_jsonl(context.space.folder / "traces.jsonl", traces)
    right = sum(row["outcome"] == "correct" for row in rows)
    return {"asked": len(rows), "correct": right, "kept": len(traces)}


def make_model(context: Context) -> dict[str, Any]:
    """A random model and its tokenizer, trained on the traces' text."""
    from .model import save_new_model
    from .sampling import read_rows

    rows = read_rows(context.space.folder / "traces.jsonl")[:2000]
    folder = context.model("scratch")
    return {"parameters": save_new_model(folder, map(chat_text, rows), seed=context.settings.seed)}


def chat_text(row: Mapping[str, Any]) -> str:
    """A trace as the tokenizer will see it: with role names, so that they become one token."""
    turns = [*row["prompt"], *row["completion"]]
    return "\n".join(f"{turn['role']}\n{turn['content']}" for turn in turns)


def sft(context: Context, start: str, name: str, traces: str, steps: str) -> dict[str, Any]:
    """`skyt-train sft` from one model to another on a file or folder of traces.

    `steps` names the field of the settings that says how many.
    """
    command = _train(context, "sft", start, name, getattr(context.settings, steps))
    command += ["--dataset", str(context.space.folder / traces)]
    run_command(command, context.log(name), context.progress)
    return {}


def rl(
    context: Context,
    start: str,
    name: str,
    tasks: Sequence[str],
    steps: str,
    options: Sequence[str] = (),
) -> dict[str, Any]:
    """`skyt-train rl` from one model to another on the tasks' prompts; `steps` as for `sft`."""
    command = _train(context, "rl", start, name, getattr(context.settings, steps))
    command += ["--prompts", *tasks, "--overlap_tasks", *LEVELS, *options]
    run_command(command, context.log(name), context.progress)
    curve = (context.model(name) / "curves.png").read_bytes()
    (context.space.folder / f"reward_curve_{name}.png").write_bytes(curve)
    return {}


def sample(context: Context, model: str, tasks: Sequence[str]) -> dict[str, Any]:
    """Rejection sampling of a model with `skyt generate`, `score`, `select` and `export`.

    The run is `samples-<model>`. In `accepted-<model>` are of each problem the shortest right
    responses: the shorter way wins wherever the verifier cannot tell it from the longer one.
    """
    settings, log, folder = context.settings, context.log(f"samples-{model}"), context.space.folder
    run, kept = folder / f"samples-{model}", folder / f"accepted-{model}"
    for task in tasks:
        harder = task in training([HARDER])
        count = settings.harder_sampled_problems if harder else settings.sampled_problems
        command = skyt(
            "generate", "--out", str(run), "--model", f"hf/{context.model(model)}",
            "--task", task, "--n", str(settings.samples_per_problem),
            "--end", str(count), "--seed", str(settings.seed),
            "--engine-args", f"batch_size={SAMPLE_BATCH},device=cpu,dtype=float32",
        )  # fmt: skip
        run_command(command, log, context.progress)
    for command in (
        skyt("score", str(run)),
        skyt("select", str(run), "--against", ",".join(LEVELS), *SELECTION),
        skyt("export", str(run), "--out", str(kept), "--format", "prompt-completion"),
    ):
        run_command(command, log)
    return sampled_counts(run, kept)


def sampled_counts(run: Path, kept: Path) -> dict[str, Any]:
    """How many responses a run holds, how many are right, and how many became traces."""
    from skyt_plugins.distill.frame import OUTCOMES, frame
    from skyt_plugins.distill.store import Run

    outcomes = frame([Run.reading(run)]).outcome
    right = int((outcomes == OUTCOMES.index("correct")).sum())
    traces = len((kept / "train.jsonl").read_text().splitlines())
    return {"responses": len(outcomes), "correct": right, "kept": traces}


def evaluate(context: Context, model: str, host: str) -> dict[str, Any]:
    """One model in one host on the held-out tasks: task to figures."""
    folder = context.space.folder / "evals" / f"{model}-{host}"
    log = context.log(f"eval-{model}-{host}")
    found = HOSTS[host](context.model(model), LEVELS, folder, log, context.progress)
    return {task: figures.as_dict() for task, figures in found.items()}


def _train(context: Context, kind: str, start: str, name: str, steps: int) -> list[str]:
    """`skyt-train <kind>` that goes on from its own last good checkpoint."""
    return python_module(
        "skyt_plugins.entrypoints.train_cli", kind, "--config", f"miniature-{kind}",
        "--model_name_or_path", str(context.model(start)),
        "--output_dir", str(context.model(name)), "--seed", str(context.settings.seed),
        "--max_steps", str(steps), "--resume_from_checkpoint", "true",
    )  # fmt: skip
