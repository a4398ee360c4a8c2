"""The stages of a run, what each needs, and the models in the table."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from . import stages
from .stages import HARDER, HOSTS, LEVELS, PLAIN, Settings, Work, training


@dataclass(frozen=True)
class Stage:
    """A part of a run with a marker of its own; `label` is for the person."""

    name: str
    label: str
    work: Work
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Column:
    """A model in the table, and the stages whose seconds count as making it."""

    model: str
    label: str
    makers: tuple[str, ...]


# By the steps that they belong to, as in the Sky-T1-7B recipe.
COLUMNS = (
    (1, Column("scratch", "random weights", ("traces", "scratch"))),
    (1, Column("step1", "step 1: SFT on the teacher's traces", ("step1",))),
    (2, Column("control", "control: constant reward", ("control",))),
    (2, Column("step2", "step 2: RLOO, plain sums", ("step2",))),
    (3, Column("step3", "step 3: SFT on own traces", ("samples-step2", "step3"))),
    (4, Column("step4", "step 4: RLOO, harder sums", ("step4",))),
)
# Each RL step, the supervised step before it, and the level of its prompts.
RL_STEPS = (
    ("step2", "step1", PLAIN),
    ("control", "step1", PLAIN),
    ("step4", "step3", HARDER),
)


def columns_of(settings: Settings) -> list[Column]:
    """The models of a run, in the order of the table."""
    return [column for step, column in COLUMNS if step <= settings.steps]


def stages_of(settings: Settings) -> list[Stage]:
    """Every stage of a run; of those that are ready, the first ones run first."""
    columns = columns_of(settings)
    names = {maker for column in columns for maker in column.makers}
    made = [stage for stage in _making() if stage.name in names]
    return made + [_evaluation(column.model, host) for column in columns for host in HOSTS]


def _making() -> tuple[Stage, ...]:
    """From the teacher to the last model. What everything waits for comes first."""
    return (
        Stage("traces", "Ask the teacher, keep what the scorer accepts", stages.make_traces),
        Stage("scratch", "Build a model from scratch", stages.make_model, ("traces",)),
        _sft("step1", "traces.jsonl", "scratch", "sft_steps"),
        # Groups that are all right or all wrong are left out, without refill, as in PRIME.
        _rl("step2", "step1", PLAIN, "rl_steps", "--filter", "online", "--oversampling", "1"),
        Stage(
            "samples-step2",
            "Rejection sampling of step2",
            partial(stages.sample, model="step2", tasks=training(LEVELS)),
            ("step2",),
        ),
        _sft("step3", "accepted-step2", "samples-step2", "own_sft_steps"),
        _rl("step4", "step3", HARDER, "harder_rl_steps"),
        _rl("control", "step1", PLAIN, "rl_steps", "--rewards", "constant"),
    )


def _sft(name: str, traces: str, needs: str, steps: str) -> Stage:
    work = partial(stages.sft, start="scratch", name=name, traces=traces, steps=steps)
    return Stage(name, f"{name}: supervised training on {traces}", work, (needs,))


def _rl(name: str, start: str, level: str, steps: str, *options: str) -> Stage:
    tasks = training([level])
    work = partial(stages.rl, start=start, name=name, tasks=tasks, steps=steps, options=options)
    return Stage(name, f"{name}: RLOO from {start} on {level}", work, (start,))


def _evaluation(model: str, host: str) -> Stage:
    work = partial(stages.evaluate, model=model, host=host)
    return Stage(f"eval-{model}-{host}", f"Evaluate {model} in {host}", work, (model,))
