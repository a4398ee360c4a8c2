"""Sandboxes by name, and what each of them can promise on this machine.

`native` refuses to run where the base layer (Landlock, system call filter, dropped rights) is not
in force; namespaces are a bonus on top. `bwrap` starts the same worker inside bubblewrap.
`unsafe-subprocess` has no walls at all and says so in every result.
"""

from __future__ import annotations

import functools
import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace

from . import landlock, syscalls
from .view import interpreter_view
from .worker import Layers, Worker, WorkerFailed

NO_LINUX = (
    "the native sandbox needs Linux: run this in Docker, or under Inspect with its docker sandbox"
)
HOW_TO = (
    "needed: Linux 5.13+ with Landlock, and a container runtime that allows the landlock and "
    "seccomp system calls (Docker 23+ does). Elsewhere use Inspect's docker sandbox, or "
    "sandbox='unsafe-subprocess' for programs that you trust"
)


class SandboxMissing(Exception):
    """Too little isolation here; the message says what is missing and how to get it."""


@dataclass(frozen=True, slots=True)
class Backend:
    """A way to run programs: the layers of its workers, and names of those in force."""

    name: str
    layers: Layers
    in_force: tuple[str, ...]
    missing: tuple[str, ...] = ()

    def details(self) -> dict[str, object]:
        """What a verdict says about the sandbox."""
        return {"backend": self.name, "layers": list(self.in_force), "missing": list(self.missing)}


NAMESPACES = ("auto", "on", "off")  # where they work, only with them, never
_BASE = ("landlock", "seccomp", "rlimits", "no capabilities", "no new privileges")
_NAMESPACES = ("user, process, mount, network, IPC namespaces", "read-only root", "scratch quota")


def open_backend(name: str = "native", namespaces: str = "auto") -> Backend:
    """The back end called `name`; `namespaces` is one of NAMESPACES.

    Raises SandboxMissing, and OSError where the machine is short of something for now.
    """
    if name not in BACKENDS:
        raise SandboxMissing(f"unknown sandbox {name!r}; known: {', '.join(sorted(BACKENDS))}")
    if namespaces not in NAMESPACES:
        raise SandboxMissing(f"unknown namespaces {namespaces!r}; known: {', '.join(NAMESPACES)}")
    if not sys.platform.startswith("linux"):
        raise SandboxMissing(NO_LINUX)
    found = tried(name, namespaces)
    if isinstance(found, SandboxMissing):
        raise SandboxMissing(str(found))
    return found


@functools.lru_cache
def tried(name: str, namespaces: str) -> Backend | SandboxMissing:
    """What came of opening a back end, tried once a process: thousands of programs may ask."""
    try:
        return BACKENDS[name](namespaces)
    except SandboxMissing as error:
        return error


def native(namespaces: str) -> Backend:
    """Our own: see zygote.py and child.py."""
    if not syscalls.SUPPORTED:
        raise SandboxMissing(f"no system call table for {syscalls.MACHINE}; {HOW_TO}")
    if not landlock.abi_version():
        raise SandboxMissing(f"Landlock is not available on this kernel; {HOW_TO}")
    reason = "switched off"
    if namespaces != "off":
        reason = _why_it_fails(Layers())
        if not reason:
            return Backend("native", Layers(), _BASE + _NAMESPACES)
        if namespaces == "on":
            raise SandboxMissing(f"namespaces are not available: {reason}")
    base = Layers(namespaces=False)
    if failure := _why_it_fails(base):
        raise SandboxMissing(f"the base layer does not hold here: {failure}; {HOW_TO}")
    return Backend("native", base, _BASE, (f"namespaces: {reason}",))


def bwrap(namespaces: str) -> Backend:
    """The native base layer inside bubblewrap's namespaces."""
    command = shutil.which("bwrap")
    if command is None:
        raise SandboxMissing("bwrap is not installed (package bubblewrap)")
    wrapper = [command, "--unshare-all", "--dev", "/dev", "--proc", "/proc"]
    wrapper += ["--tmpfs", "/tmp", "--bind", "{scratch}", "{scratch}"]
    for link in ("/lib", "/lib64", "/usr/lib64"):
        if os.path.islink(link):
            wrapper += ["--symlink", os.readlink(link), link]
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    for path in (*interpreter_view().readable, package, sys.executable, _pyvenv_cfg()):
        if path and not path.startswith("/dev/"):
            wrapper += ["--ro-bind-try", path, path]
    layers = Layers(namespaces=False, wrapper=(*wrapper, "--chdir", "/", "--"))
    if failure := _why_it_fails(layers):
        raise SandboxMissing(f"bwrap does not hold here: {failure}")
    return Backend("bwrap", layers, ("bubblewrap", *_BASE))


def unsafe_subprocess(namespaces: str) -> Backend:
    """Forks without walls: only limits on time and memory."""
    layers = Layers(namespaces=False, landlock=False, seccomp=False, drop=False)
    return Backend("unsafe-subprocess", layers, ("rlimits",), ("every layer: UNSAFE",))


BACKENDS: dict[str, Callable[[str], Backend]] = {
    "native": native,
    "bwrap": bwrap,
    "unsafe-subprocess": unsafe_subprocess,
}


def _pyvenv_cfg() -> str:
    path = os.path.join(sys.prefix, "pyvenv.cfg")
    return path if os.path.exists(path) else ""


def _why_it_fails(layers: Layers) -> str:
    """'' where a worker with these layers starts and its walls hold; else what went wrong."""
    from .selftest import breaches

    try:
        worker = Worker(replace(layers))
    except WorkerFailed as error:
        return str(error)
    try:
        return "; ".join(breaches(worker))
    except WorkerFailed as error:
        return str(error)
    finally:
        worker.close()
