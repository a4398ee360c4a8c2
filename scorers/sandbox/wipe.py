"""Empty the scratch folder, however deep and however hostile what is in it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any


def empty(folder: str) -> bool:
    """Remove all that `folder` holds, in constant depth: sub-folders move up before they go.

    Recursion, or long paths, would let a program that made 3,000 nested folders win. False where
    something could not be removed.
    """
    if folder == "/" or _is_empty(folder):
        return True
    number = 0
    unused = f".wipe-{os.urandom(8).hex()}-"  # a program must not be able to take these names
    while True:
        try:
            entries = list(os.scandir(folder))
        except OSError:
            return not os.path.isdir(folder)
        if not entries:
            return True
        progress = False
        for entry in entries:
            if not entry.is_dir(follow_symlinks=False):
                progress |= _try(os.unlink, entry.path)
                continue
            _try(os.chmod, entry.path, 0o700)
            try:
                inner = list(os.scandir(entry.path))
            except OSError:
                inner = []
            for item in inner:
                if item.is_dir(follow_symlinks=False):
                    _try(os.chmod, item.path, 0o700)
                    number += 1
                    target = os.path.join(folder, f"{unused}{number}")
                    progress |= _try(os.rename, item.path, target)
                else:
                    progress |= _try(os.unlink, item.path)
            progress |= _try(os.rmdir, entry.path)
        if not progress:
            return False


def _is_empty(folder: str) -> bool:
    try:
        return not os.listdir(folder)
    except OSError:
        return False


def entries_of(folder: str, strict: bool = False) -> Iterator[str]:
    """The paths below `folder`, in no order; with `strict`, OSError where one cannot be listed."""
    for path, folders, files in os.walk(folder, onerror=_refuse if strict else None):
        yield from (os.path.join(path, name) for name in (*folders, *files))


def _refuse(error: OSError) -> None:
    raise error


def _try(function: Callable[..., Any], *arguments: Any) -> bool:
    try:
        function(*arguments)
    except OSError:
        return False
    return True
