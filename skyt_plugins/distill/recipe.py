"""Recipes: several steps in a YAML file, run one after the other, each resumable by itself."""

from __future__ import annotations

import difflib
import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import yaml

from skyt_plugins.errors import SkytError

from .export import export
from .import_ import import_
from .prompts import Ask
from .rules import Rules
from .steps import STEPS

FOLDER = Path(__file__).parent / "recipes"
# Arguments that name a file or folder of the recipe's own output.
_PLACES = ("out", "run", "runs", "selection", "labels")
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Step:
    """One step with its arguments, all placeholders filled in."""

    name: str
    arguments: dict[str, Any]


def recipe_names() -> list[str]:
    """The recipes that come with the package."""
    return sorted(path.stem for path in FOLDER.glob("*.yaml"))


def read_recipe(recipe: str | Path, values: Mapping[str, Any], out: str | Path) -> list[Step]:
    """The steps of a recipe (a file, or the name of one of ours).

    `values` replace the recipe's `vars`; relative places lie under `out`. Raises SkytError for an
    unknown step, argument or variable: everything is checked before the first step runs.
    """
    path = Path(recipe)
    if not path.suffix:
        path = FOLDER / f"{recipe}.yaml"
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        known = ", ".join(recipe_names())
        raise SkytError(f"no recipe {recipe}\ngive a YAML file, or one of {known}") from None
    except yaml.YAMLError as error:
        raise SkytError(f"{path}: not YAML: {' '.join(str(error).split())}") from error
    if not isinstance(content, dict) or not isinstance(content.get("steps"), list):
        raise SkytError(f"{path}: a recipe is a mapping with a list of `steps`")
    variables = dict(content.get("vars") or {})
    for name in values:
        _known(name, variables, f"{path}: unknown variable {name!r}")
    variables |= values
    return [_step(path, item, variables, Path(out)) for item in content["steps"]]


def run_recipe(
    recipe: str | Path,
    out: str | Path,
    values: Mapping[str, Any] | None = None,
    dry_run: bool = False,
    say: Callable[[str], None] = print,
) -> None:
    """Run the steps of a recipe; with `dry_run` only say what each would do."""
    steps = read_recipe(recipe, values or {}, out)
    for number, step in enumerate(steps, 1):
        say(f"[{number}/{len(steps)}] {step.name}")
        arguments = dict(step.arguments)
        if dry_run and step.name != "generate":
            for name, value in arguments.items():
                say(f"  {name}: {value}")
            continue
        if dry_run:
            arguments["dry_run"] = True
        try:
            say(STEPS[step.name](**arguments))
        except SkytError as error:
            if not dry_run:
                raise SkytError(f"step {number}, {step.name}: {error}") from error
            say(f"  cannot be estimated here: {error}")


def _step(path: Path, item: Any, variables: Mapping[str, Any], out: Path) -> Step:
    if not isinstance(item, dict) or len(item) != 1:
        raise SkytError(f"{path}: a step is one name with its arguments, not {item!r}"[:300])
    ((name, given),) = item.items()
    _known(name, STEPS, f"{path}: unknown step {name!r}")
    arguments = _filled(given or {}, variables, path)
    allowed, required = _arguments(name)
    for argument in arguments:
        _known(argument, allowed, f"{path}: step {name} has no argument {argument!r}")
    for argument in required:
        if argument not in arguments:
            raise SkytError(f"{path}: step {name} needs {argument!r}")
    for place in _PLACES:
        if place in arguments:
            arguments[place] = _under(out, arguments[place])
    return Step(name, arguments)


def _arguments(step: str) -> tuple[set[str], list[str]]:
    """(all, the required) argument names of a step."""
    parameters = inspect.signature(STEPS[step]).parameters.values()
    named = [p for p in parameters if p.kind is not p.VAR_KEYWORD]
    allowed = {p.name for p in named} - {"dry_run"}
    more: dict[str, Any] = {
        "generate": {field.name for field in fields(Ask)} - {"scorer_options"},
        "select": {field.name for field in fields(Rules)},
        "pairs": {"variant", "silc", "format", "system", "engine_args", "seed"},
        "export": set(inspect.signature(export).parameters) - {"selection"},
        "import": set(inspect.signature(import_).parameters) - {"paths"},
    }
    return allowed | more.get(step, set()), [p.name for p in named if p.default is p.empty]


def _filled(value: Any, variables: Mapping[str, Any], path: Path) -> Any:
    """`{name}` replaced by the variable; a text that is nothing else takes the variable's type."""
    if isinstance(value, dict):
        return {key: _filled(item, variables, path) for key, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, variables, path) for item in value]
    if not isinstance(value, str):
        return value
    for name in _PLACEHOLDER.findall(value):
        _known(name, variables, f"{path}: {{{name}}} is not among the recipe's vars")
    if whole := _PLACEHOLDER.fullmatch(value):
        return variables[whole[1]]
    return _PLACEHOLDER.sub(lambda match: str(variables[match[1]]), value)


def _under(out: Path, place: Any) -> Any:
    if isinstance(place, list):
        return [_under(out, item) for item in place]
    return out / place


def _known(name: str, known: Any, told: str) -> None:
    if name not in known:
        close = difflib.get_close_matches(name, list(known), n=2)
        hint = f"did you mean {' or '.join(close)}?" if close else f"known: {', '.join(known)}"
        raise SkytError(f"{told}; {hint}")
