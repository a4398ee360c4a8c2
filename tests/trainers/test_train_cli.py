"""`skyt-train` as a user meets it, on a tiny model."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from skyt_plugins.entrypoints.train_cli import main

FAST = """
bf16: false
gradient_checkpointing: false
use_cpu: true
disable_tqdm: true
per_device_train_batch_size: 8
logging_steps: 1
"""


def history(folder: Path) -> list[dict[str, float]]:
    return [json.loads(line) for line in (folder / "history.jsonl").read_text().splitlines()]


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    path = tmp_path / "recipe.yaml"
    path.write_text(FAST)
    return path


def refusal(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    with pytest.raises(SystemExit) as caught:
        main([*arguments])
    assert caught.value.code == 2
    text = capsys.readouterr().err.strip()
    assert len(text.splitlines()) <= 3, text
    return text


def test_sft_learns_and_leaves_model_history_and_curves(
    tmp_path: Path, recipe: Path, tiny_model: Path, traces: Path
) -> None:
    out = tmp_path / "sft"
    command = f"sft --config {recipe} --model_name_or_path {tiny_model} --dataset {traces}"
    main(f"{command} --output_dir {out} --max_steps 8 --learning_rate 1e-2".split())
    losses = [entry["loss"] for entry in history(out) if "loss" in entry]
    assert len(losses) == 8
    assert losses[-1] < losses[0] - 0.5
    assert (out / "model.safetensors").is_file()
    assert (out / "curves.png").read_bytes().startswith(b"\x89PNG")
    assert "<|im_start|>" in (out / "chat_template.jinja").read_text()


def test_rl_takes_prompts_from_the_registry_and_logs_verdicts(
    tmp_path: Path, recipe: Path, tiny_model: Path
) -> None:
    out = tmp_path / "rl"
    command = f"rl --config {recipe} --model_name_or_path {tiny_model} --prompts arith_train"
    command += " --rewards math format:0.5 --num_generations 4 --max_completion_length 8 --beta 0"
    main(f"{command} --output_dir {out} --max_steps 2".split())
    first = history(out)[0]
    assert first["rewards/math/mean"] == 0.0
    assert first["math/truncated"] == 1.0
    assert first["rewards/format/mean"] == 0.0


def test_reward_that_judges_none_of_the_prompts_is_refused(
    tmp_path: Path, recipe: Path, tiny_model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = f"rl --config {recipe} --model_name_or_path {tiny_model} --prompts arith_train"
    command += " --overlap off"  # what the gate could not read is told in a line of its own
    text = refusal(capsys, *f"{command} --output_dir {tmp_path} --rewards integer".split())
    assert "math" in text


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["rll"], "did you mean rl"),
        (["rl", "--max_step", "5"], "--max_steps"),
        (["rl", "--output_dir", "x"], "no model"),
        (["rl", "--config", "nowhere.yaml"], "no recipe file"),
        (["sft", "--output_dir", "x"], "no traces"),
        (["rl", "--max_steps", "many"], "invalid int value"),
        (["rl", "--num_generations", "1", "--beta", "0"], "at least 2 generations"),
        (["rl", "--config=nowhere"], "no recipe file"),
        (["rl", "--eval_strategy", "steps"], "--eval_tasks and --eval_strategy"),
        (["rl", "--eval_tasks", "arith"], "--eval_tasks and --eval_strategy"),
        (["rl", "--gpus", "many", "--dry-run"], "invalid int value"),
        (["recipe"], "required: recipe"),
        (["recipe", "sky-t1-mini", "--stage", "8", "--dry_run"], "did you mean 8k"),
    ],
)
def test_mistakes_are_told_in_a_line_or_two(
    arguments: list[str],
    expected: str,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert expected in refusal(capsys, *arguments)


def test_unknown_recipe_key_names_the_file_and_the_nearest_key(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text("learning_rat: 1.0e-3\n")
    text = refusal(capsys, "rl", "--config", str(path))
    assert str(path) in text
    assert "learning_rate" in text


def test_unknown_reward_and_model_are_refused(
    tmp_path: Path, recipe: Path, tiny_model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    base = ["rl", "--config", str(recipe), "--output_dir", str(tmp_path / "o")]
    base += ["--prompts", "arith_train", "--model_name_or_path"]
    assert "no config.json" in refusal(capsys, *base, "./nowhere")
    assert "unknown scorer" in refusal(capsys, *base, str(tiny_model), "--rewards", "mathh")


def test_packages_that_options_ask_for_are_looked_for_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    base = ["rl", "--output_dir", str(tmp_path / "o"), "--model_name_or_path", "some/model"]
    for option, value, wanted in (
        ("--use_vllm", "true", "skyt[vllm]"),
        ("--use_peft", "true", "pip install 'peft'"),
        ("--report_to", "trackio", "pip install 'trackio'"),
        ("--deepspeed", "zero3.json", "skyt[deepspeed]"),
    ):
        assert wanted in refusal(capsys, *base, option, value)


def test_checkpoint_and_tracker_are_looked_at_before_weights_load(
    tmp_path: Path, recipe: Path, tiny_model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    checkpoint = tmp_path / "o" / "checkpoint-3"
    checkpoint.mkdir(parents=True)
    (checkpoint / "trainer_state.json").write_text("{}")
    config = json.loads((tiny_model / "config.json").read_text())
    (checkpoint / "config.json").write_text(json.dumps({**config, "hidden_size": 48}))
    base = f"rl --config {recipe} --model_name_or_path {tiny_model} --prompts arith_train"
    base += f" --output_dir {tmp_path / 'o'}"
    resume = ["--resume_from_checkpoint", "true", "--dry-run"]
    assert "of another model: hidden_size is 48" in refusal(capsys, *base.split(), *resume)
    assert "trackio, wandb is wanted" in refusal(capsys, *base.split(), "--report_to", "wandbb")


def test_model_out_of_reach_is_told_in_a_line_but_can_be_planned_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def unreachable(*_: object, **__: object) -> None:
        raise OSError("could not connect\nto the hub")

    monkeypatch.setattr("transformers.AutoConfig.from_pretrained", unreachable)
    command = "rl --model_name_or_path some/model --prompts arith_train --num_generations 8"
    command += f" --per_device_train_batch_size 8 --output_dir {tmp_path / 'o'}"
    assert "some/model: could not connect" in refusal(capsys, *command.split())
    main([*command.split(), "--dry-run"])
    assert "memory: unknown" in capsys.readouterr().out


def test_rows_that_nothing_could_judge_are_found_before_training(
    tmp_path: Path, recipe: Path, tiny_model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    base = f"rl --config {recipe} --model_name_or_path {tiny_model} --output_dir {tmp_path / 'o'}"
    base += " --overlap off --num_generations 4 --max_completion_length 8 --prompts"
    rows = tmp_path / "rows.jsonl"
    rows.write_text('{"question": "1+1?", "answer": "2", "scorer": "mathh"}\n')
    assert "did you mean math?" in refusal(capsys, *base.split(), str(rows))
    assert "did you mean math?" in refusal(capsys, *base.split(), str(rows), "--dry-run")
    rows.write_text('{"question": "1+1?", "answer": "2", "scorer": "math"}\n')
    assert "1 prompts, but one generation asks 2" in refusal(capsys, *base.split(), str(rows))
    options = '{"name": "task", "all_tests": true}'
    text = refusal(capsys, *base.split(), "arith_train", "--rewards", options)
    assert "all_tests" in text
    rows.write_text('{"question": "1+1?"}\n')
    assert "rows.jsonl:1: the row has no reference" in refusal(
        capsys, *base.split(), str(rows), "--dry_run"
    )


def test_plan_is_made_for_the_processes_it_is_asked_for(
    tmp_path: Path, recipe: Path, tiny_model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = f"rl --config {recipe} --model_name_or_path {tiny_model} --prompts arith_train"
    command += f" --output_dir {tmp_path / 'o'} --per_device_train_batch_size 1 --dry-run"
    command += " --num_generations 8 --max_completion_length 8 --rewards math:0.5"
    assert "divisible by num_generations" in refusal(capsys, *command.split())
    main([*command.split(), "--gpus", "8", "--deepspeed", "zero3.json"])
    text = capsys.readouterr().out
    assert "effective batch: 8 sequences a step (1 x 1 accumulated x 8 GPUs)" in text
    assert "steps: 12000" in text  # 3 epochs of 4,000 prompts, one a step
    assert "rewards: ['math:0.5']" in text


def test_every_id_that_ends_a_response_for_the_model_ends_it_for_the_reward(
    tmp_path: Path, recipe: Path, tiny_model: Path
) -> None:
    model = shutil.copytree(tiny_model, tmp_path / "model")
    settings = json.loads((model / "generation_config.json").read_text())
    vocabulary = json.loads((model / "config.json").read_text())["vocab_size"]
    settings["eos_token_id"] = [*range(vocabulary)]
    (model / "generation_config.json").write_text(json.dumps(settings))
    out = tmp_path / "rl"
    command = f"rl --config {recipe} --model_name_or_path {model} --prompts arith_train --beta 0"
    command += f" --num_generations 4 --max_completion_length 8 --output_dir {out} --max_steps 1"
    main(command.split())
    assert history(out)[0]["task/truncated"] == 0.0


def test_evaluation_on_tasks_uses_the_same_scorers(
    tmp_path: Path, recipe: Path, tiny_model: Path
) -> None:
    rows = tmp_path / "rows.jsonl"
    rows.write_text('{"question": "1+1?", "answer": "2", "scorer": "math"}\n' * 2)
    out = tmp_path / "rl"
    command = f"rl --config {recipe} --model_name_or_path {tiny_model} --prompts {rows} --beta 0"
    command += " --overlap off --num_generations 4 --max_completion_length 2 --max_steps 1"
    command += " --eval_tasks arith --eval_strategy steps --eval_steps 1 --num_generations_eval 1"
    main([*command.split(), "--per_device_eval_batch_size", "128", "--output_dir", str(out)])
    entry = next(entry for entry in history(out) if "eval_arith_reward" in entry)
    assert entry["eval_arith_task/truncated"] > 0.5
