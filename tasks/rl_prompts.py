"""The prompt sets of reinforcement learning: Eurus-2-RL, STILL-3, DeepScaleR."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from skyt_plugins.types import Dataset, Problem, Sampling, Task

from .prompts import BOXED_ANSWER
from .rows import content_id

# One step of RLOO in the Sky-T1-7B study: 4 rollouts of at most 3,072 tokens.
SAMPLING = Sampling(temperature=1.0, top_p=1.0, max_tokens=3_072, n=4)

EURUS = Dataset(
    "PRIME-RL/Eurus-2-RL-Data",
    split="train",
    revision="9776b13264b5aaa0b16495fcf086a0a8d86fd655",
    sliceable=True,
)
# Eurus ends each mathematical question with its own instruction; ours takes its place.
EURUS_INSTRUCTION = "Present the answer in LaTex format: \\boxed{Your answer}"


def eurus_problem(row: Mapping[str, Any]) -> Problem:
    question = row["prompt"][-1]["content"].strip()
    question = question.removesuffix(EURUS_INSTRUCTION).strip()
    return Problem(
        id=content_id(row["data_source"], question),
        question=question,
        reference=str(row["reward_model"]["ground_truth"]),
        metadata={"source": row["data_source"]},
    )


def still3_problem(row: Mapping[str, Any]) -> Problem:
    question = row["question"].strip()
    return Problem(content_id("still3", question), question, str(row["answer"]).strip())


def deepscaler_problem(row: Mapping[str, Any]) -> Problem:
    question = row["problem"].strip()
    return Problem(content_id("deepscaler", question), question, str(row["answer"]).strip())


def has_answer(row: Mapping[str, Any]) -> bool:
    """Some rows of STILL-3 and DeepScaleR have no answer: nothing to reward."""
    return bool(str(row["answer"] if row["answer"] is not None else "").strip())


def has_ground_truth(row: Mapping[str, Any]) -> bool:
    truth = row["reward_model"]["ground_truth"]
    return bool(str(truth if truth is not None else "").strip())


def _source(
    name: str,
    description: str,
    dataset: Dataset,
    rows: int,
    problem: Callable[[Mapping[str, Any]], Problem],
    licence: str,
    usable: Callable[[Mapping[str, Any]], bool] = has_answer,
    keep: Callable[[Mapping[str, Any]], bool] | None = None,
    prompts: Mapping[str, str] = BOXED_ANSWER,
    scorer: str = "math",
) -> Task:
    return Task(
        name=name,
        version="1",
        description=description,
        dataset=dataset,
        rows=rows,
        keep=keep,
        usable=usable,
        problem=problem,
        prompts=prompts,
        scorer=scorer,
        sampling=SAMPLING,
        licence=licence,
        for_training=True,
    )


def _eurus_subset(source: str) -> Task:
    return _source(
        f"eurus2_{source}",
        f"Eurus-2-RL, the subset numina_{source} (step 4 of Sky-T1-7B, Sky-T1-mini)",
        EURUS,
        0,  # nobody states their number
        eurus_problem,
        "MIT",
        has_ground_truth,
        keep=lambda row: row["data_source"] == f"numina_{source}",
    )


TASKS = (
    _source(
        "eurus2",
        "Eurus-2-RL, all of its mathematics",
        EURUS,
        455_261,
        eurus_problem,
        "MIT",
        has_ground_truth,
        keep=lambda row: row["ability"] == "math",
    ),
    _source(
        "eurus2_code",
        "Eurus-2-RL, all of its programming, asked as it stands; golds are test cases",
        EURUS,
        0,  # the card's 26,758 were cleaned later
        eurus_problem,
        "MIT",
        has_ground_truth,
        keep=lambda row: row["ability"] == "code",
        prompts=MappingProxyType(dict.fromkeys(BOXED_ANSWER, "{question}")),  # programs need no box
        scorer="code",
    ),
    _eurus_subset("amc_aime"),
    _eurus_subset("olympiads"),
    _source(
        "still3",
        "STILL-3-Preview-RL (Sky-T1-mini and the Zero ablation)",
        Dataset("RUC-AIBOX/STILL-3-Preview-RL-Data", split="train", sliceable=True),
        0,
        still3_problem,
        "not stated",
    ),
    _source(
        "deepscaler",
        "DeepScaleR-Preview",
        Dataset(
            "agentica-org/DeepScaleR-Preview-Dataset",
            split="train",
            revision="b6ae8c60f5c1f2b594e2140b91c49c9ad0949e29",
            sliceable=True,
        ),
        40_315,
        deepscaler_problem,
        "MIT",
    ),
)
