"""Namespaces, where the kernel grants them: own user, mounts, processes, network, IPC, host name.

A worker enters them once. Its root becomes a read-only view that holds nothing but the
interpreter, its libraries and a small private tmpfs as scratch. See namespaces(7), pivot_root(2).
"""

from __future__ import annotations

import contextlib
import ctypes
import os
from collections.abc import Iterable

from . import syscalls

NEWNS, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET = (
    0x00020000,
    0x04000000,
    0x08000000,
    0x10000000,
    0x20000000,
    0x40000000,
)
_RDONLY, _NOSUID, _NODEV, _NOEXEC, _REMOUNT, _BIND, _REC, _PRIVATE = (
    1,
    2,
    4,
    8,
    32,
    4096,
    16384,
    1 << 18,
)
_MNT_DETACH = 2
SCRATCH = "/scratch"


def enter() -> None:
    """Unshare everything; children of this process live in the new process namespace.

    Raises OSError where the kernel, a container or a security module refuses.
    """
    user, group = os.getuid(), os.getgid()
    flags = NEWUSER | NEWNS | NEWPID | NEWNET | NEWIPC | NEWUTS
    syscalls.call("unshare", flags)
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", f"{user} {user} 1")
    _write("/proc/self/gid_map", f"{group} {group} 1")


def build_root(readable: Iterable[str], quota_bytes: int, quota_files: int) -> None:
    """Make a view of `readable` the root, with a tmpfs of the given quota at SCRATCH."""
    mount("", "/", "", _REC | _PRIVATE)
    opened = []  # opened first: the new root may hide what it is made of
    for path in readable:
        try:
            opened.append((path, os.open(path, os.O_PATH | os.O_CLOEXEC)))
        except OSError:
            continue
    base = "/tmp" if os.path.isdir("/tmp") else "/mnt"
    mount("tmpfs", base, "tmpfs", _NOSUID | _NODEV, "size=4m,mode=755")
    for link in ("/lib", "/lib64", "/usr/lib64"):
        if os.path.islink(link):
            os.makedirs(os.path.dirname(base + link), exist_ok=True)
            os.symlink(os.readlink(link), base + link)
    for path, source in (*opened, ("/dev/null", None), ("/dev/zero", None)):
        _bind(path, source, base)
    os.makedirs(base + SCRATCH, exist_ok=True)
    options = f"size={quota_bytes},nr_inodes={quota_files},mode=700"
    mount("tmpfs", base + SCRATCH, "tmpfs", _NOSUID | _NODEV | _NOEXEC, options)
    os.chdir(base)
    syscalls.call("pivot_root", b".", b".")
    syscalls.call("umount2", b".", _MNT_DETACH)
    mount("", "/", "", _REMOUNT | _RDONLY | _NOSUID | _NODEV)
    os.chdir(SCRATCH)
    for _, source in opened:
        os.close(source)


def _bind(path: str, source: int | None, base: str) -> None:
    target = base + path
    os.makedirs(os.path.dirname(target), exist_ok=True)
    if os.path.isdir(path if source is None else source):  # below /tmp the path is hidden by now
        os.makedirs(target, exist_ok=True)
    elif not os.path.lexists(target):
        os.close(os.open(target, os.O_CREAT | os.O_WRONLY, 0o644))
    mount(path if source is None else f"/proc/self/fd/{source}", target, "", _BIND)
    if path.startswith("/dev/"):
        return  # a device stays a device; it has no contents to protect
    # Flags that the original mount has are locked: a remount must repeat them.
    locked = os.statvfs(target).f_flag & 0b11_1100_0000_1110
    mount("", target, "", _REMOUNT | _BIND | _RDONLY | _NOSUID | _NODEV | locked)


def drop_capabilities() -> None:
    """Give up every capability and every way to gain one, as root too."""
    for capability in range(64):
        try:
            syscalls.prctl(syscalls.PR_CAPBSET_DROP, capability)
        except OSError:
            break  # past the last one, or no right to drop: then there are none to use
    with contextlib.suppress(OSError):
        syscalls.prctl(syscalls.PR_SET_SECUREBITS, 0x2F)  # uid 0 grants nothing, locked
    syscalls.prctl(syscalls.PR_CAP_AMBIENT, 4)
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    nothing = (ctypes.c_uint32 * 6)()
    syscalls.call("capset", ctypes.addressof(header), ctypes.addressof(nothing))
    syscalls.prctl(syscalls.PR_SET_NO_NEW_PRIVS, 1)


def mount(source: str, target: str, kind: str, flags: int, options: str = "") -> None:
    """mount(2). Raises OSError."""
    syscalls.call(
        "mount",
        ctypes.c_char_p(source.encode()),  # type: ignore[arg-type]
        ctypes.c_char_p(target.encode()),  # type: ignore[arg-type]
        ctypes.c_char_p(kind.encode()),  # type: ignore[arg-type]
        flags,
        ctypes.c_char_p(options.encode()),  # type: ignore[arg-type]
    )


def _write(path: str, text: str) -> None:
    with open(path, "w") as stream:
        stream.write(text)
