"""Landlock: which files a program may open, and no signals or abstract sockets out of its domain.

See landlock(7) and linux/landlock.h. ABI 1 is Linux 5.13; what a newer ABI adds is used where the
kernel has it, and the system call filter covers the difference.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterable
from pathlib import Path

from . import syscalls

READ_FILE, READ_DIR = 1 << 2, 1 << 3
# write, read, list, make folders and files, truncate; no links, no exec
_SCRATCH = (1 << 1) | READ_FILE | READ_DIR | 1 << 7 | 1 << 8
_REMOVE = 1 << 4 | 1 << 5
_TRUNCATE = 1 << 14
_FILE_RIGHTS = 1 << 1 | READ_FILE | _TRUNCATE
# Rights handled (so: denied unless granted) by ABI: 13 at first, REFER, TRUNCATE, IOCTL_DEV.
_HANDLED = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1}
_ALL_HANDLED = (1 << 16) - 1
_NETWORK, _SCOPES = 3, 3  # bind and connect over TCP (ABI 4); abstract sockets and signals (ABI 6)


def abi_version() -> int:
    """The Landlock ABI of this kernel; 0 where there is none."""
    try:
        return syscalls.call("landlock_create_ruleset", None, 0, 1)
    except OSError:
        return 0


def ruleset(readable: Iterable[str], listable: Iterable[str], scratch: str, removable: bool) -> int:
    """A descriptor of the rule set: read below `readable`, list `listable`, write in `scratch`.

    `removable`: what is in `scratch` may be removed. Where no file system keeps a quota it must
    not: a removed file that is still open takes room that nobody can count.

    Paths that do not exist are left out. Raises OSError where the kernel lacks Landlock.
    """
    abi = abi_version()
    handled = _HANDLED.get(abi, _ALL_HANDLED)
    attributes = struct.pack("Q", handled)
    if abi >= 4:
        attributes += struct.pack("Q", _NETWORK)
    if abi >= 6:
        attributes += struct.pack("Q", _SCOPES)
    rules = syscalls.call("landlock_create_ruleset", attributes, len(attributes), 0)
    for path in readable:
        _allow(rules, path, READ_FILE | READ_DIR)
    for path in listable:
        _allow(rules, path, READ_DIR)
    for path in ("/dev/null", "/dev/zero"):
        _allow(rules, path, READ_FILE | 1 << 1)
    rights = _SCRATCH | _TRUNCATE | (_REMOVE if removable else 0)
    _allow(rules, scratch, rights & handled)
    return rules


def _allow(rules: int, path: str, rights: int) -> None:
    try:
        target = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not Path(path).is_dir():
            rights &= _FILE_RIGHTS
        syscalls.call("landlock_add_rule", rules, 1, struct.pack("=Qi", rights, target), 0)
    finally:
        os.close(target)


_RESTRICT_SELF = syscalls.number("landlock_restrict_self") or 0


def restrict_self(rules: int) -> None:
    """Put this thread under `rules` for good. Needs no_new_privs. Raises OSError."""
    syscalls.quick_call(_RESTRICT_SELF, rules, 0)
