"""The parts of the quickstart that need no minutes."""

from __future__ import annotations

import random
import sys
import threading
import time
from pathlib import Path

import pytest
from skyt_plugins.entrypoints.quickstart.commands import end_commands, run_command
from skyt_plugins.entrypoints.quickstart.plans import RL_STEPS, Stage, columns_of, stages_of
from skyt_plugins.entrypoints.quickstart.run import run_stages
from skyt_plugins.entrypoints.quickstart.sampling import accepted, judged, teacher_traces
from skyt_plugins.entrypoints.quickstart.stages import Settings
from skyt_plugins.entrypoints.quickstart.table import (
    gain_lines,
    markdown,
    mean_figures,
    table_one,
)
from skyt_plugins.entrypoints.quickstart.teacher import Teacher
from skyt_plugins.entrypoints.quickstart.workspace import Workspace

from skyt_plugins import SkytError, get_task
from skyt_plugins.data import load_problems


def test_careful_teacher_is_always_right_and_a_slipping_one_often_wrong() -> None:
    task = get_task("arith_train")
    asked = [(task, problem) for problem in load_problems(task)[:60]]
    careful = teacher_traces(asked, Teacher(slip=0.0, skips=0.0), n=1, seed=0)
    assert {row["outcome"] for row in careful} == {"correct"}
    slipping = teacher_traces(asked, Teacher(slip=0.3), n=2, seed=0)
    right = sum(row["outcome"] == "correct" for row in slipping)
    assert 20 < right < 80


def test_teacher_has_three_ways_and_the_shortcut_is_wrong_where_a_column_carries() -> None:
    rng = random.Random(0)
    careful = Teacher(slip=0.0, guesses=0.0, skips=0.0)
    thought = "<think>\nFrom the right, with carries.\n7+5+0=12,2\n4+8+1=13,132\n</think>\n"
    assert careful.response(47, 85, rng) == thought + "\\boxed{132}"
    shortcut = Teacher(slip=0.0, guesses=0.0, skips=1.0)
    thought = "<think>\nFrom the left.\n4+8=12,12\n2+5=7,127\n</think>\n"
    assert shortcut.response(42, 85, rng) == thought + "\\boxed{127}"
    assert shortcut.response(47, 85, rng).endswith("\\boxed{122}")
    assert Teacher(slip=0.0, guesses=1.0).response(47, 85, rng) == "\\boxed{132}"


def test_accepted_traces_are_right_and_not_repeated() -> None:
    task = get_task("arith_train")
    problem = load_problems(task)[0]
    right = f"\\boxed{{{problem.reference}}}"
    base = {"task": task.name, "problem_id": problem.id, "prompt": task.messages(problem)}
    rows = [{**base, "response": text} for text in (right, right, "\\boxed{0}", "")]
    traces = accepted(judged(rows, [(task, problem)]))
    assert [row["completion"][0]["content"] for row in traces] == [right]


def test_finished_stage_is_not_run_again(tmp_path: Path) -> None:
    space = Workspace(tmp_path)
    space.open({"seed": 0})
    calls: list[int] = []

    def work() -> dict[str, int]:
        calls.append(1)
        return {"figure": 7}

    assert space.run("stage", work)["figure"] == 7
    assert space.run("stage", work)["figure"] == 7
    assert len(calls) == 1


def test_interrupted_stage_is_run_again(tmp_path: Path) -> None:
    space = Workspace(tmp_path)
    space.open({})

    def interrupted() -> dict[str, int]:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        space.run("stage", interrupted)
    assert space.result("stage") is None
    assert space.run("stage", lambda: {"figure": 1})["figure"] == 1


def test_folder_of_another_run_is_refused(tmp_path: Path) -> None:
    Workspace(tmp_path).open(Settings(seed=0).as_dict())
    Workspace(tmp_path).open(Settings(seed=0).as_dict())
    with pytest.raises(SkytError, match="other settings"):
        Workspace(tmp_path).open(Settings(seed=1).as_dict())


def test_failing_command_is_told_with_its_last_lines_and_log(tmp_path: Path) -> None:
    log = tmp_path / "logs" / "it.log"
    command = [sys.executable, "-c", "print('before'); raise SystemExit('the disk is full')"]
    with pytest.raises(SkytError, match="the disk is full") as caught:
        run_command(command, log)
    assert str(log) in str(caught.value)
    assert "before" in log.read_text()


def test_progress_of_a_command_is_read_from_its_output(tmp_path: Path) -> None:
    shares: list[float] = []
    text = "import sys; sys.stderr.write(' 40%|####      | 4/10')"
    run_command([sys.executable, "-c", text], tmp_path / "it.log", shares.append)
    assert shares == [0.4]


@pytest.mark.parametrize("steps", [1, 2, 3, 4])
def test_every_model_is_made_from_others_of_the_plan_and_evaluated_in_both_hosts(
    steps: int,
) -> None:
    settings = Settings(steps=steps)
    stages = {stage.name: stage for stage in stages_of(settings)}
    assert all(need in stages for stage in stages.values() for need in stage.needs)
    for column in columns_of(settings):
        for host in ("lm_eval", "inspect"):
            assert stages[f"eval-{column.model}-{host}"].needs == (column.model,)
        assert set(column.makers) <= set(stages)


def test_a_folder_may_grow_from_two_steps_to_four(tmp_path: Path) -> None:
    Workspace(tmp_path).open(Settings(steps=2).as_dict())
    Workspace(tmp_path).open(Settings(steps=4).as_dict())
    few = {stage.name for stage in stages_of(Settings(steps=2))}
    assert few < {stage.name for stage in stages_of(Settings(steps=4))}


def test_rl_steps_are_held_against_the_models_they_start_from() -> None:
    stages = {stage.name: stage for stage in stages_of(Settings())}
    assert all(stages[after].needs == (before,) for after, before, _ in RL_STEPS)


def _stage(name: str, *needs: str) -> Stage:
    return Stage(name, name, lambda context: {}, needs)


def test_stages_wait_for_what_they_need_and_run_side_by_side() -> None:
    meeting = threading.Barrier(2, timeout=10)
    order: list[str] = []

    def run(stage: Stage) -> None:
        if stage.name in ("left", "right"):
            meeting.wait()  # passes only when both run at one time
        order.append(stage.name)

    stages = [_stage("end", "left", "right"), _stage("left", "start"), _stage("start")]
    run_stages([*stages, _stage("right", "start")], run, slots=2)
    assert (order[0], order[-1]) == ("start", "end")
    assert sorted(order) == ["end", "left", "right", "start"]


def test_a_stage_that_fails_ends_the_commands_of_the_others(tmp_path: Path) -> None:
    begun = tmp_path / "begun"
    command = [
        sys.executable, "-c",
        f"import pathlib, time; pathlib.Path({str(begun)!r}).touch(); time.sleep(60)",
    ]  # fmt: skip

    def run(stage: Stage) -> None:
        if stage.name == "long":
            run_command(command, tmp_path / "long.log")
        while not begun.exists():
            time.sleep(0.01)
        raise SkytError("the disk is full")

    start = time.monotonic()
    with pytest.raises(SkytError, match="the disk is full"):
        run_stages([_stage("long"), _stage("failing"), _stage("later", "long")], run, slots=2)
    assert time.monotonic() - start < 30
    end_commands()  # nothing is left to end


def _write_figures(space: Workspace, accuracies: dict[str, float]) -> None:
    for model, accuracy in accuracies.items():
        figures = {
            "accuracy": accuracy, "low": accuracy - 0.03, "high": accuracy + 0.03,
            "truncated": 0.01, "pass_at_k": {"pass@1": accuracy, "pass@4": accuracy},
            "mean_tokens": 50.0,
        }  # fmt: skip
        tasks = {"arith_plain": figures, "arith_carry": figures}
        for host in ("lm_eval", "inspect"):
            space.run(f"eval-{model}-{host}", lambda tasks=tasks: tasks)


def test_table_has_a_column_for_each_evaluated_model(tmp_path: Path) -> None:
    space = Workspace(tmp_path)
    space.open({})
    _write_figures(space, {"scratch": 0.5})
    header, *rows = table_one(space, Settings())
    assert header == ("", "random weights")
    assert rows[0] == ("arith_plain, lm-eval", "50.0 [47.0, 53.0]")
    assert ("pass@4, %, arith_carry", "50.0") in rows
    assert markdown([("a", "b"), ("c", "d")]) == "| a | b |\n| --- | --- |\n| c | d |\n"


def test_gains_are_told_with_what_they_lack(tmp_path: Path) -> None:
    space = Workspace(tmp_path)
    space.open({})
    models = {"step1": 0.3, "control": 0.3, "step2": 0.6, "step3": 0.7, "step4": 0.76}
    _write_figures(space, models)
    told = gain_lines(space, Settings())
    assert [line.partition(":")[0] for line in told] == [
        "step2 over step1, arith_plain", "step2 over step1, mean",
        "control over step1, arith_plain", "control over step1, mean",
        "step4 over step3, arith_carry", "step4 over step3, mean",
    ]  # fmt: skip
    assert "lm-eval +30.0 points, intervals apart; Inspect" in told[0]
    assert "Inspect +0.0 points, intervals overlap" in told[2]
    assert told[5].count("+6.0 points, intervals apart (less than 10)") == 2


def test_mean_of_two_benchmarks_has_an_interval_narrower_than_theirs() -> None:
    parts = [{"accuracy": 0.2, "low": 0.1, "high": 0.4}, {"accuracy": 0.6, "low": 0.5, "high": 0.7}]
    mean = mean_figures(parts)
    assert mean["accuracy"] == pytest.approx(0.4)
    assert mean["low"] == pytest.approx(0.4 - (0.1**2 + 0.1**2) ** 0.5 / 2)
    assert mean["high"] == pytest.approx(0.4 + (0.2**2 + 0.1**2) ** 0.5 / 2)


def test_tokenizer_keeps_digits_and_thinking_tags_visible(tmp_path: Path) -> None:
    from skyt_plugins.entrypoints.quickstart.model import new_tokenizer

    tokenizer = new_tokenizer(["user\nWhat is 12 + 34?", "<think>\n2+4+0=6,6\n</think>"])
    text = "<think>\n12+345=π\n</think>\n\\boxed{357}"
    ids = tokenizer(text)["input_ids"]
    assert tokenizer.decode(ids, skip_special_tokens=True) == text
    assert [t for t in tokenizer.tokenize(text) if t.isdigit()] == [*"12345357"]
    chat = tokenizer.apply_chat_template(
        [{"role": "user", "content": "1"}], tokenize=False, add_generation_prompt=True
    )
    assert chat == "<|im_start|>user\n1<|im_end|>\n<|im_start|>assistant\n"
