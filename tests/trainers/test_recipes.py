"""Every recipe that comes with skyt resolves against TRL's real configuration classes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from skyt_plugins.trainers import preference, recipe, reward_list, rl, sft
from skyt_plugins.trainers.arguments import RECIPES, option, parse, read_yaml
from skyt_plugins.trainers.recipe import LAUNCH, Stage, read_stages
from trl import ModelConfig, RLOOConfig, SFTConfig

from skyt_plugins import SkytError

STAGED = recipe.recipe_names()
STAGES = [(name, stage) for name in STAGED for stage in read_stages(RECIPES / f"{name}.yaml")]


def resolved(stage: Stage) -> tuple[Any, ...]:
    argv = ["--config", stage.config, "--output_dir", "x", "--dry_run", "true"]
    if stage.command == "sft":
        classes: tuple[type, ...] = (sft.TraceArguments, sft.PlanArguments, SFTConfig, ModelConfig)
    elif stage.command == "rl":
        classes = (rl.PromptArguments, rl.PlanArguments, RLOOConfig, ModelConfig)
    else:
        config, _ = preference.trl_classes(option(argv, "method") or "dpo")
        classes = (preference.PairArguments, preference.PlanArguments, config, ModelConfig)
    return parse(classes, argv, "test")


@pytest.mark.parametrize(
    ("name", "stage"), STAGES, ids=[f"{name}-{stage.name}" for name, stage in STAGES]
)
def test_stage_resolves_and_its_rewards_and_prompts_exist(name: str, stage: Stage) -> None:
    chosen, _, training, model = resolved(stage)
    assert stage.after or model.model_name_or_path
    assert training.bf16
    if stage.command == "rl":
        rl.check_choices(chosen, training)
        rows = [row for source in chosen.prompts for row in rl.source_rows(source)[0]]
        reward_list.check_rewards_cover(reward_list.reward_functions(chosen.rewards)[0], rows)
        assert training.beta == 0.0
        assert training.use_vllm
        assert training.vllm_tensor_parallel_size == 4
        assert training.per_device_train_batch_size == 1
        assert training.eval_steps == training.save_steps == 15
        assert {"aime24", "math500", "olympiadbench"} <= {*chosen.eval_tasks}
        assert chosen.system_prompt == (None if "mini" in stage.config else "sky-t1")
        rows = training.per_device_train_batch_size * training.gradient_accumulation_steps
        assert rows * stage.processes == 256 * training.num_generations
    else:
        rows = training.per_device_train_batch_size * training.gradient_accumulation_steps
        assert rows * stage.processes == 96


def test_published_lengths_and_steps_are_kept() -> None:
    told = {s.config: resolved(s)[2] for _, s in STAGES if s.command == "rl"}
    found = {k: (v.max_steps, v.num_generations, v.max_completion_length) for k, v in told.items()}
    assert found == {
        "sky-t1-7b-step2": (127, 4, 3072),
        "sky-t1-7b-step4": (59, 8, 3072),
        "sky-t1-7b-zero": (104, 4, 3072),
        "sky-t1-mini-8k": (119, 4, 8192),
        "sky-t1-mini-16k": (29, 4, 16384),
    }


def test_every_file_of_options_is_used_or_belongs_to_the_miniature() -> None:
    used = {stage.config for _, stage in STAGES}
    files = {path.stem for path in RECIPES.glob("*.yaml")} - set(STAGED)
    assert {name for name in files - used if not name.startswith("miniature")} == set()


def test_every_recipe_states_its_source() -> None:
    for path in RECIPES.glob("sky-*.yaml"):
        if path.stem not in STAGED:
            assert "# Source: " in path.read_text(), path
            assert "# Differences: " in path.read_text(), path


def test_zero3_with_offload_keeps_the_published_settings() -> None:
    settings = json.loads((LAUNCH / "zero3_offload.json").read_text())["zero_optimization"]
    assert settings["stage"] == 3
    assert settings["sub_group_size"] == 1_000_000_000
    for part in ("offload_optimizer", "offload_param"):
        assert settings[part] == {"device": "cpu", "pin_memory": True}


def test_launch_files_are_read_by_accelerate() -> None:
    from accelerate.commands.config import load_config_from_file

    for path in LAUNCH.glob("*.yaml"):
        assert load_config_from_file(str(path)).num_processes in (2, 8)


def test_deepspeed_files_are_read_by_deepspeed() -> None:
    module = pytest.importorskip("deepspeed.runtime.config", reason="deepspeed is not installed")
    for path in LAUNCH.glob("*.json"):
        text = path.read_text()
        settings = json.loads(text.replace('"auto"', "1"))
        settings.update(bf16={"enabled": True}, train_batch_size=1)
        assert module.DeepSpeedConfig(settings).zero_config.stage == (2 if "2" in path.stem else 3)


def test_stage_after_another_begins_with_its_model(tmp_path: Path) -> None:
    second = next(stage for name, stage in STAGES if name == "sky-t1-7b" and stage.name == "step2")
    line = second.command_line(tmp_path)
    assert line[line.index("--model_name_or_path") + 1] == str(tmp_path / "step1")
    assert line[line.index("--num_processes") + 1] == "8"
    assert line[line.index("--deepspeed") + 1].endswith("zero3.json")


@pytest.mark.parametrize(
    ("stage", "expected"),
    [
        ({"name": "a", "command": "rll", "config": "sky-t1-7b-step2"}, "rl"),
        ({"name": "a", "command": "rl", "config": "sky-t1-7b-step9"}, "sky-t1-7b-step"),
        ({"name": "a", "command": "rl", "config": "x", "proceses": 2}, "processes"),
        ({"name": "a", "command": "rl", "config": "x", "after": "b"}, "not there"),
        ({"name": "a", "command": "rl", "config": "x", "launch": "zero4"}, "zero"),
    ],
)
def test_broken_recipe_is_refused_with_its_file(
    stage: dict[str, Any], expected: str, tmp_path: Path
) -> None:
    path = tmp_path / "broken.yaml"
    path.write_text(yaml.safe_dump({"stages": [stage]}))
    with pytest.raises(SkytError, match=expected):
        read_stages(path)


def test_file_of_options_is_no_recipe() -> None:
    assert "stages" not in read_yaml(RECIPES / "sky-t1-7b-step2.yaml")
    with pytest.raises(SkytError, match="--config"):
        read_stages(RECIPES / "sky-t1-7b-step2.yaml")


def test_dry_run_prints_the_plan_and_makes_nothing(
    tmp_path: Path, tiny_model: Path, traces: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = {
        "model_name_or_path": str(tiny_model),
        "prompts": ["arith_train"],
        "num_generations": 4,
        "max_completion_length": 64,
    }
    stage = {"name": "only", "command": "rl", "config": "miniature-rl", "options": options}
    path = tmp_path / "recipe.yaml"
    path.write_text(yaml.safe_dump({"stages": [stage]}))
    out = tmp_path / "out"
    recipe.main([str(path), "--output", str(out), "--dry-run"])
    text = capsys.readouterr().out
    assert "arith_train (4000 prompts); 32 prompts x 4 responses a generation" in text
    assert "memory a GPU: about" in text
    assert not out.exists()


def test_stages_are_planned_with_the_model_that_the_first_begins_with(
    tmp_path: Path, tiny_model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = {"prompts": ["arith_train"], "num_generations": 4, "max_completion_length": 64}
    options["rewards"] = [{"name": "math", "weight": 0.5}]
    first = {"name": "a", "command": "rl", "config": "miniature-rl", "launch": "zero3"}
    first["options"] = {**options, "model_name_or_path": str(tiny_model)}
    second = {**first, "name": "b", "after": "a", "options": options}
    path = tmp_path / "recipe.yaml"
    path.write_text(yaml.safe_dump({"stages": [first, second]}))
    recipe.main([str(path), "--output", str(tmp_path / "out"), "--dry_run"])
    text = capsys.readouterr().out
    assert text.count(f"RLOO on {tiny_model}") == 2
    assert text.count("memory a GPU: about") == 2


def test_mistake_in_a_later_stage_stops_the_recipe_before_its_first(
    tmp_path: Path, tiny_model: Path, traces: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = {"model_name_or_path": str(tiny_model), "dataset": str(traces)}
    first = {"name": "a", "command": "sft", "config": "miniature-sft", "options": options}
    second = {"name": "b", "command": "rl", "config": "miniature-rl", "after": "a"}
    second["options"] = {"rewards": ["mathh"]}
    path = tmp_path / "recipe.yaml"
    path.write_text(yaml.safe_dump({"stages": [first, second]}))
    monkeypatch.setattr(recipe, "run", lambda *_: pytest.fail("a stage was started"))
    with pytest.raises(SkytError, match="unknown scorer"):
        recipe.main([str(path), "--output", str(tmp_path / "out")])


def test_dry_run_refuses_sequences_longer_than_the_model(tiny_model: Path) -> None:
    argv = f"--config miniature-rl --model_name_or_path {tiny_model} --prompts arith_train"
    argv += " --output_dir x --max_completion_length 50000 --dry_run"
    with pytest.raises(SkytError, match="40960 positions"):
        rl.main(argv.split())


def test_dry_run_refuses_a_group_that_does_not_divide_the_batch(tiny_model: Path) -> None:
    argv = f"--config miniature-rl --model_name_or_path {tiny_model} --prompts arith_train"
    argv += " --output_dir x --num_generations 7 --dry_run"
    with pytest.raises(SkytError, match="divisible by num_generations"):
        rl.main(argv.split())
