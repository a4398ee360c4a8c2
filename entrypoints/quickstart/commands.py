"""Run the real commands as processes, their output in a log, their progress in a bar."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import skyt_plugins
from skyt_plugins.errors import SkytError

# tqdm's " 42%|███", Inspect's "Steps: 340/800  42%".
_PERCENT = re.compile(rb"(\d{1,3})%(?:\||\s)")
_TAIL_LINES = 4

Progress = Callable[[float], None]

_running: set[subprocess.Popen[bytes]] = set()


def end_commands() -> None:
    """End every command that `run_command` runs at present, in whichever thread."""
    for process in list(_running):
        process.terminate()


def run_command(command: Sequence[str], log: Path, progress: Progress | None = None) -> None:
    """Run `command` to its end; `progress` is told shares from 0 to 1 as it prints them.

    Raises SkytError with the last lines of its output where it fails. The process is ended when
    this one is interrupted.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as file:
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment()
        )
        assert process.stdout is not None
        _running.add(process)
        try:
            while chunk := os.read(process.stdout.fileno(), 1 << 16):
                file.write(chunk)
                file.flush()
                if progress and (found := _PERCENT.findall(chunk)):
                    progress(min(100, int(found[-1])) / 100)
            code = process.wait()
        except BaseException:
            process.terminate()
            process.wait()
            raise
        finally:
            _running.discard(process)
    if code:
        raise SkytError(_failure(command, code, log))


def environment() -> dict[str, str]:
    """This process's environment, in which children find the same skyt and stay off the hub."""
    variables = {
        # A tiny model gains nothing from a second thread, and on busy cores threads that wait for
        # each other made it six times slower (measured).
        "OMP_NUM_THREADS": "1",
        **os.environ,
        "TOKENIZERS_PARALLELISM": "false",
        "HF_HUB_OFFLINE": "1",
        "PYTHONUNBUFFERED": "1",
    }
    if root := checkout_root():
        known = [path for path in variables.get("PYTHONPATH", "").split(os.pathsep) if path]
        variables["PYTHONPATH"] = os.pathsep.join([str(root), *known])
    return variables


def checkout_root() -> Path | None:
    """The root of the checkout that this skyt is imported from; None for an installed one."""
    package = Path(skyt_plugins.__file__).parent
    return None if (package / "tasks").is_dir() else package.parent


def python_module(name: str, *arguments: str) -> list[str]:
    """A command that runs a module with this interpreter."""
    return [sys.executable, "-m", name, *arguments]


def skyt(*arguments: str) -> list[str]:
    """A `skyt` command with this interpreter."""
    return python_module("skyt_plugins.entrypoints.cli", *arguments)


def _failure(command: Sequence[str], code: int, log: Path) -> str:
    text = log.read_text(errors="replace").replace("\r", "\n").strip()
    tail = " | ".join(line.strip() for line in text.splitlines()[-_TAIL_LINES:] if line.strip())
    shown = " ".join(command[1:5])
    return f"`{shown} …` ended with {code}: {tail[-400:]}\nits whole output is in {log}"
