"""The command line `skyt-train`: each sub-command is a module of `skyt_plugins.trainers`.

Trainers are found by name, so that loading this door needs neither torch nor TRL.
"""

from __future__ import annotations

import importlib
import sys

from skyt_plugins.errors import SkytError
from skyt_plugins.registry import nearest

COMMANDS = {
    "sft": "supervised training on traces",
    "rl": "RLOO with verdicts as rewards",
    "preference": "DPO or SimPO on pairs",
    "recipe": "several stages, one after the other",
}
# What `train` needs beyond the base install.
EXTRA = ("torch", "transformers", "trl", "accelerate", "matplotlib")


def main(argv: list[str] | None = None) -> None:
    """Run `skyt-train <command> …`; a SkytError is its message and exit code 2."""
    arguments = sys.argv[1:] if argv is None else argv
    try:
        run(arguments)
    except SkytError as error:
        print(f"skyt-train: {error}", file=sys.stderr)
        raise SystemExit(2) from None


def run(arguments: list[str]) -> None:
    """Dispatch to the trainer. Raises SkytError for an unknown command or a missing extra."""
    if not arguments or arguments[0] in ("-h", "--help"):
        print(usage())
        return
    command, *rest = arguments
    if command not in COMMANDS:
        raise SkytError(f"unknown command {command!r}; {nearest(command, COMMANDS)}")
    if command == "recipe" and rest[:1] == ["miniature"]:
        miniature(rest[1:])
        return
    try:
        trainer = importlib.import_module(f"skyt_plugins.trainers.{command}")
        trainer.main(rest)
    except ModuleNotFoundError as error:
        if error.name not in EXTRA:
            raise
        raise SkytError(f"training needs {error.name}: pip install 'skyt[train]'") from error


def miniature(arguments: list[str]) -> None:
    """The four steps on a laptop, for each of three seeds: `recipe miniature [--output DIR]`."""
    import argparse
    from pathlib import Path

    from .commands.quickstart import quickstart

    parser = argparse.ArgumentParser(prog="skyt-train recipe miniature", description=__doc__)
    parser.add_argument("--output", type=Path, default=Path("miniature"))
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    chosen = parser.parse_args(arguments)
    for seed in chosen.seeds:
        quickstart(chosen.output / f"seed-{seed}", seed)


def usage() -> str:
    """The text of `skyt-train --help`."""
    lines = [f"  {name:<12} {text}" for name, text in COMMANDS.items()]
    return "\n".join(
        [
            "usage: skyt-train <command> [--config FILE.yaml] [--option value …]",
            "",
            *lines,
            "",
            "Every field of TRL's configuration is an option and a YAML key;",
            "`skyt-train <command> --help` lists them.",
        ]
    )


if __name__ == "__main__":
    main()
