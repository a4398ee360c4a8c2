"""`skyt-train recipe`: several training stages, one after the other, each resumable."""

from __future__ import annotations

import argparse
import contextlib
import importlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from skyt_plugins.errors import SkytError
from skyt_plugins.registry import nearest

from .arguments import RECIPES, ShortComplaints, option, read_yaml, recipe_path, say

LAUNCH = Path(__file__).parent / "launch"
COMMANDS = ("sft", "rl", "preference")
DOOR = "skyt_plugins.entrypoints.train_cli"
DONE = "stage_done.json"


@dataclass(frozen=True)
class Stage:
    """One command of a recipe; `after` names the stage whose model it begins with."""

    name: str
    command: str
    config: str
    after: str | None = None
    launch: str | None = None
    processes: int = 1
    options: Mapping[str, Any] = field(default_factory=dict)

    def arguments(self, out: Path) -> list[str]:
        """The options of `skyt-train <command>` for this stage under the folder `out`."""
        values = {**self.options, "output_dir": str(out / self.name)}
        if self.after:
            values["model_name_or_path"] = str(out / self.after)
        if self.launch and (LAUNCH / f"{self.launch}.json").is_file():
            values["deepspeed"] = str(LAUNCH / f"{self.launch}.json")
        arguments = ["--config", str(recipe_path(self.config))]
        for key, value in values.items():
            arguments += [f"--{key}", *(_texts(value))]
        return arguments

    def command_line(self, out: Path) -> list[str]:
        """The whole command: under `accelerate launch` where the stage says how."""
        start = [sys.executable, "-m"]
        if self.launch and self.processes > 1:
            start += ["accelerate.commands.launch", "--config_file"]
            start += [str(LAUNCH / f"{self.launch}.yaml")]
            start += ["--num_processes", str(self.processes), "-m"]
        line = [*start, DOOR, self.command, *self.arguments(out)]
        return [*line, "--resume_from_checkpoint", "true"]


class Parser(ShortComplaints, argparse.ArgumentParser):
    """What is wrong in a line instead of a page of usage."""


def main(argv: Sequence[str], prog: str = "skyt-train recipe") -> None:
    """Run or show the stages of a recipe. Raises SkytError before the first for any mistake."""
    parser = Parser(prog=prog, description=__doc__)
    parser.add_argument("recipe", help=f"A YAML file, or one of {', '.join(recipe_names())}.")
    parser.add_argument("--output", type=Path, help="Folder of the stages' models.")
    parser.add_argument("--stage", help="Only this one.")
    parser.add_argument("--processes", type=int, help="In place of every stage's own number.")
    parser.add_argument("--launch", help=f"In place of the recipe's: {', '.join(launch_names())}.")
    parser.add_argument("--dry-run", "--dry_run", action="store_true", help="Check and show only.")
    chosen = parser.parse_args(argv)
    out = chosen.output or Path(Path(chosen.recipe).stem)
    stages = read_stages(recipe_path(chosen.recipe), chosen.launch, chosen.processes)
    asked = [stage for stage in stages if chosen.stage in (None, stage.name)]
    if not asked:
        names = [stage.name for stage in stages]
        raise SkytError(f"no stage {chosen.stage!r}; {nearest(chosen.stage, names)}")
    for stage in asked:
        plan = io.StringIO()
        with contextlib.redirect_stdout(sys.stdout if chosen.dry_run else plan):
            print(f"== {stage.name}: {' '.join(stage.command_line(out)[2:])}")
            show(stage, out, first_model(stage, stages, out))
    for stage in asked if not chosen.dry_run else ():
        run(stage, out)


def first_model(stage: Stage, stages: Sequence[Stage], out: Path) -> str | None:
    """The model that a stage's chain of stages began with."""
    while stage.after:
        stage = next(before for before in stages if before.name == stage.after)
    return option(stage.arguments(out), "model_name_or_path")


def show(stage: Stage, out: Path, first: str | None) -> None:
    """The stage's own dry run, in this process; on the model `first` where its own is to come."""
    trainer = importlib.import_module(f".{stage.command}", __package__)
    extra = ["--dry_run", "--gpus", str(stage.processes), "--sharding", stage.launch or "none"]
    if stage.after and first and not (out / stage.after / "config.json").is_file():
        extra += ["--model_name_or_path", first]
    trainer.main([*stage.arguments(out), *extra])


def run(stage: Stage, out: Path) -> None:
    """Run a stage to its end; one that is done is left alone."""
    marker = out / stage.name / DONE
    if marker.is_file():
        say(f"{stage.name} is done")
        return
    command = stage.command_line(out)
    say(f"{stage.name}: {' '.join(command[2:])}")
    code = subprocess.run(command, env=_environment(), check=False).returncode
    if code:
        raise SkytError(
            f"stage {stage.name} ended with {code}; started again, the recipe goes on from its "
            "last good checkpoint"
        )
    marker.write_text(json.dumps({"command": command}) + "\n")


def read_stages(path: Path, launch: str | None = None, processes: int | None = None) -> list[Stage]:
    """The stages in a recipe file. Raises SkytError naming the file for what does not fit."""
    content = read_yaml(path).get("stages")
    if not isinstance(content, list) or not content:
        raise SkytError(
            f"{path}: no list of `stages`; a file of options alone is for `skyt-train rl --config`"
        )
    known = set(Stage.__dataclass_fields__)
    stages: list[Stage] = []
    for entry in content:
        for key in entry:
            if key not in known:
                raise SkytError(f"{path}: unknown key {key!r} in a stage; {nearest(key, known)}")
        named = {"name", "after"} & set(entry)
        entry = {key: str(value) if key in named else value for key, value in entry.items()}
        entry["launch"] = None if launch == "none" else launch or entry.get("launch")
        entry["processes"] = processes or entry.get("processes", 1)
        stages.append(_checked(Stage(**entry), path, {stage.name for stage in stages}))
    return stages


def _checked(stage: Stage, path: Path, before: set[str]) -> Stage:
    if stage.command not in COMMANDS:
        raise SkytError(
            f"{path}: {stage.command!r} is no command; {nearest(stage.command, COMMANDS)}"
        )
    if stage.after is not None and stage.after not in before:
        raise SkytError(
            f"{path}: stage {stage.name} comes after {stage.after!r}, which is not there"
        )
    if stage.launch is not None and stage.launch not in launch_names():
        raise SkytError(
            f"{path}: unknown launch {stage.launch!r}; {nearest(stage.launch, launch_names())}"
        )
    recipe_path(stage.config)
    return stage


def recipe_names() -> list[str]:
    """The recipes with stages that come with skyt."""
    return sorted(p.stem for p in RECIPES.glob("*.yaml") if "stages" in read_yaml(p))


def launch_names() -> list[str]:
    """The ways to launch: files of accelerate's configuration that come with skyt."""
    return sorted(path.stem for path in LAUNCH.glob("*.yaml"))


def _texts(value: Any) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [item if isinstance(item, str) else json.dumps(item) for item in values]


def _environment() -> dict[str, str]:
    """Children must find the same skyt, also in a checkout."""
    import skyt_plugins

    package = Path(skyt_plugins.__file__).parent
    if (package / "tasks").is_dir():
        return {**os.environ}
    paths = [str(package.parent), os.environ.get("PYTHONPATH", "")]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}
