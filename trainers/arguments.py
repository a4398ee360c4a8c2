"""Command line and YAML into TRL's own configuration classes, with errors a user can read."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

import torch
import yaml
from transformers import TrainingArguments
from trl import TrlParser

from skyt_plugins.errors import SkytError
from skyt_plugins.registry import nearest

from .plan import PlanArguments, check_package

RECIPES = Path(__file__).parent / "recipes"
# TRL's own default still goes by transformers' old name of the option.
warnings.filterwarnings("ignore", "`gradient_checkpointing", FutureWarning)


class ShortComplaints:
    """Mixin for an argument parser: SkytErrors of a line or two instead of pages of usage."""

    prog: str

    def error(self, message: str) -> NoReturn:
        raise SkytError(f"{message}\n`{self.prog} --help` lists every option")


class Parser(ShortComplaints, TrlParser):
    """TrlParser that tells shortly how it is used, and what is wrong."""

    def __init__(self, classes: Sequence[type], prog: str, **options: Any) -> None:
        usage = "%(prog)s [--config FILE.yaml] [--option value ...]"
        super().__init__([*classes], prog=prog, usage=usage, **options)  # type: ignore[list-item]


def parse(classes: Sequence[type], argv: Sequence[str], prog: str) -> tuple[Any, ...]:
    """One instance of each class from `argv`, which may name a YAML file with --config.

    Raises SkytError for an unknown or ill-typed option, a missing file or package, and for values
    that the configuration classes themselves refuse. A dry run is checked as if it had its --gpus
    processes, and needs neither a GPU nor DeepSpeed.
    """
    arguments = _with_config_path(argv)
    planned = _plan_arguments(arguments, prog)
    if planned.dry_run:
        classes = [_of_processes(kind, planned.gpus) for kind in classes]
    parser = Parser(classes, prog)
    if "--config" in arguments:
        _check_keys(Path(arguments[arguments.index("--config") + 1]), parser)
    known = {flag for action in parser._actions for flag in action.option_strings}
    for argument in arguments:
        flag = argument.split("=", 1)[0]
        if flag.startswith("--") and flag != "--config" and flag not in known:
            raise SkytError(f"unknown option {flag}; {nearest(flag, known)}")
    if planned.dry_run:
        arguments += ["--deepspeed", ""]
    elif deepspeed := option(arguments, "deepspeed"):
        check_package("deepspeed", f"--deepspeed {deepspeed}", "skyt[deepspeed]")
    if not torch.cuda.is_available():
        parser.set_defaults(bf16=False)  # TRL's default, true, is refused without a GPU
        arguments += ["--use_cpu", "true"] if planned.dry_run else []
    try:
        return parser.parse_args_and_config(args=arguments)
    except (ValueError, TypeError, OSError) as error:
        raise SkytError(" ".join(str(error).split())) from error


def _with_config_path(argv: Sequence[str]) -> list[str]:
    """`argv` with `--config=NAME` as two words, and the file in place of a recipe's name."""
    arguments: list[str] = []
    for argument in argv:
        name, equals, value = argument.partition("=")
        arguments += [name, value] if name == "--config" and equals else [argument]
    if "--config" in arguments:
        at = arguments.index("--config") + 1
        if at == len(arguments):
            raise SkytError("--config needs a file")
        arguments[at] = str(recipe_path(arguments[at]))
        read_yaml(Path(arguments[at]))
    return arguments


def _plan_arguments(arguments: Sequence[str], prog: str) -> PlanArguments:
    parser = Parser([PlanArguments], prog, add_help=False)
    planned: PlanArguments = parser.parse_args_and_config(
        args=arguments, return_remaining_strings=True
    )[0]
    return planned


def _of_processes(kind: type, count: int) -> type:
    """A training configuration that believes in `count` processes; other classes as they are."""
    if not issubclass(kind, TrainingArguments):
        return kind
    return type(kind.__name__, (kind,), {"world_size": property(lambda _: count)})


def option(argv: Sequence[str], name: str) -> str | None:
    """The value of one option before anything is parsed: from `argv`, else from its --config."""
    for at, argument in enumerate(argv):
        if argument == f"--{name}" and at + 1 < len(argv):
            return argv[at + 1]
        if argument.startswith(f"--{name}="):
            return argument.split("=", 1)[1]
    if "--config" in argv[:-1]:
        value = read_yaml(recipe_path(argv[[*argv].index("--config") + 1])).get(name)
        return None if value is None else str(value)
    return None


def recipe_path(name: str) -> Path:
    """The file `name`, or the recipe of that name that comes with skyt. Raises SkytError."""
    path = Path(name)
    if path.is_file():
        return path
    shipped = RECIPES / f"{name.removesuffix('.yaml')}.yaml"
    if shipped.is_file():
        return shipped
    names = [file.stem for file in RECIPES.glob("*.yaml")]
    raise SkytError(f"no recipe file {name}; {nearest(name, names)}")


def read_yaml(path: Path) -> dict[str, Any]:
    """The mapping in a YAML file. Raises SkytError with the file and line."""
    try:
        content = yaml.safe_load(path.read_text())
    except (OSError, yaml.YAMLError) as error:
        raise SkytError(f"{path}: {' '.join(str(error).split())}") from error
    if not isinstance(content, dict):
        raise SkytError(f"{path}: a YAML mapping of options is wanted")
    return content


def _check_keys(path: Path, parser: TrlParser) -> None:
    known = {action.dest for action in parser._actions} | {"env"}
    for key in read_yaml(path):
        if key not in known:
            raise SkytError(f"{path}: unknown key {key!r}; {nearest(str(key), known)}")


def is_main_process() -> bool:
    """True in the one process that prints and writes."""
    return int(os.environ.get("RANK", "0")) == 0


def say(text: str) -> None:
    """One line to stderr, from the main process."""
    if is_main_process():
        print(f"skyt-train: {text}", file=sys.stderr)
