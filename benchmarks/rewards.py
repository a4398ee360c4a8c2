"""Time of the rewards in one RL step beside TRL's own `accuracy_reward`, in one run.

    python benchmarks/rewards.py [--data DIR] [--write benchmarks/results/rewards.md]

A step is 256 completions, half mathematics, half programs with ten tests each. With --data or
SKYT_SHARED_DATA (a folder with graded/graded_skythought.jsonl.gz) the mathematics are long chains
of thought of real models; otherwise made-up ones. Every figure is the median of the repetitions.
"""

from __future__ import annotations

import argparse
import gzip
import json
import logging
import os
import platform
import random
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from skyt_plugins.trainers.rewards import Reward

from skyt_plugins import Problem, get_scorer

HALF, REPEATS = 128, 3
# Tokens a second that one H200 generates with a 7B model in vLLM at this batch; an assumption for
# the last line of the table, not a measurement of this machine.
ASSUMED_RATE = 15_000
CHARACTERS_PER_TOKEN = 3.5
PROGRAM = (
    "n, *a = map(int, open(0).read().split())\nbest = cur = a[0]\nfor x in a[1:]:\n"
    "    cur = max(x, cur + x)\n    best = max(best, cur)\nprint(best)"
)
WRONG = "n, *a = map(int, open(0).read().split())\nprint(max(a))"

Rows = tuple[list[list[dict[str, str]]], list[str]]


def made_up_mathematics(rng: random.Random, count: int) -> Rows:
    """Chains of thought of about 3,000 characters with answers of several kinds."""
    texts, gold = [], []
    for i in range(count):
        p, q = rng.randrange(1, 50), rng.randrange(2, 50)
        thought = "Let us see what follows from $x^2 + 1 = y$. " * 65
        answers = (str(p * q), f"\\frac{{{p}}}{{{q}}}", f"{p}\\sqrt{{{q}}}", f"({p}, {q})")
        answer = answers[i % 4]
        said = answer if rng.random() < 0.5 else f"{p + 1}"
        texts.append(f"<think>{thought}</think>\nSo the answer is $\\boxed{{{said}}}$.")
        gold.append(answer)
    return messages(texts), gold


def real_mathematics(folder: Path, rng: random.Random, count: int) -> Rows:
    """Responses of real models with their gold answers."""
    with gzip.open(folder / "graded" / "graded_skythought.jsonl.gz", "rt") as lines:
        rows = [json.loads(line) for line in lines]
    rows = rng.sample([row for row in rows if row["gold"] and row["response"]], count)
    return messages([row["response"] for row in rows]), [str(row["gold"]) for row in rows]


def programs(rng: random.Random) -> Rows:
    """Programs for the largest sum of neighbours, half of them wrong, ten tests each."""
    texts, gold = [], []
    for i in range(HALF):
        inputs, outputs = [], []
        for _ in range(10):
            numbers = [rng.randrange(-99, 100) for _ in range(50)]
            best = current = numbers[0]
            for x in numbers[1:]:
                current = max(x, current + x)
                best = max(best, current)
            inputs.append(f"{len(numbers)} {' '.join(map(str, numbers))}\n")
            outputs.append(f"{best}\n")
        code = PROGRAM if i % 2 else WRONG
        texts.append(f"<think>Kadane.</think>\n```python\n# {i}\n{code}\n```")
        gold.append(json.dumps({"inputs": inputs, "outputs": outputs}))
    return messages(texts), gold


def messages(texts: list[str]) -> list[list[dict[str, str]]]:
    return [[{"role": "assistant", "content": text}] for text in texts]


def median_seconds(calls: Sequence[Callable[[], Any]]) -> float:
    """Of all calls but the first: workers and imports are not part of a step."""
    times = []
    for call in calls:
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return statistics.median(times[1:])


def table(data: Path | None) -> list[tuple[str, str]]:
    """The rows of the result: what, figure."""
    from trl.rewards import accuracy_reward

    rng = random.Random(0)
    # Every step has new completions: nothing may come from a cache that an earlier one filled.
    count = 2 * (REPEATS + 1) * HALF
    texts, golds = real_mathematics(data, rng, count) if data else made_up_mathematics(rng, count)
    steps = [(texts[at : at + HALF], golds[at : at + HALF]) for at in range(0, len(texts), HALF)]
    code_completions, code_gold = programs(rng)
    math, code, scorer = Reward("math"), Reward("code"), get_scorer("math")
    here, bare_steps = steps[: REPEATS + 1], steps[REPEATS + 1 :]
    ours = median_seconds([lambda c=c, g=g: math(completions=c, reference=g) for c, g in here])
    completions, gold = here[-1]
    logging.disable(logging.WARNING)  # it prints every text that it could not parse
    theirs = median_seconds(
        [lambda c=c, g=g: accuracy_reward(c, solution=g) for c, g in (steps[0], here[-1])]
    )
    ran = median_seconds(
        [lambda: code(completions=code_completions, reference=code_gold)] * (REPEATS + 1)
    )
    bare = median_seconds(
        [
            lambda c=c, g=g: scorer.score_batch(
                [(row[0]["content"], Problem("", "", a)) for row, a in zip(c, g, strict=True)]
            )
            for c, g in bare_steps
        ]
    )
    right = sum(value == 1.0 for value in math(completions=completions, reference=gold))
    code_right = sum(
        value == 1.0 for value in code(completions=code_completions, reference=code_gold)
    )
    tokens = sum(len(row[0]["content"]) for row in completions) / CHARACTERS_PER_TOKEN * 2
    generation = tokens / ASSUMED_RATE
    return [
        ("mathematics", "real chains of thought" if data else "made up"),
        (f"math, {HALF} completions ({right} right)", f"{ours:.3f} s"),
        (f"TRL accuracy_reward, the same {HALF}", f"{theirs:.3f} s, {theirs / ours:.0f} times"),
        (f"code, {HALF} programs x 10 tests ({code_right} right)", f"{ran:.3f} s"),
        ("both halves, a step's judging", f"{ours + ran:.3f} s"),
        (f"the scorer alone on another {HALF} mathematics", f"{bare:.3f} s"),
        (
            f"share of an assumed generation of {tokens:,.0f} tokens at {ASSUMED_RATE:,}/s",
            f"{(ours + ran) / generation:.1%} of {generation:.1f} s",
        ),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    data = os.environ.get("SKYT_SHARED_DATA")
    parser.add_argument("--data", type=Path, default=data, help="Folder with graded/….jsonl.gz.")
    parser.add_argument("--write", type=Path)
    options = parser.parse_args()
    rows = table(options.data)
    lines = ["# Rewards in one RL step", "", "| what | figure |", "|---|---|"]
    lines += [f"| {name} | {figure} |" for name, figure in rows]
    cores, load = os.cpu_count(), os.getloadavg()[0]
    lines += ["", f"{cores} cores, load {load:.1f} at the end, Python {platform.python_version()}."]
    text = "\n".join(lines) + "\n"
    print(text)
    if options.write:
        options.write.parent.mkdir(parents=True, exist_ok=True)
        options.write.write_text(text)


if __name__ == "__main__":
    main()
