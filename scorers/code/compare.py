"""Is what a program printed the expected output? A ladder of three rungs.

`exact`: equal after trimming trailing white space of lines and of the whole. `tokens`: the same
words, however spaced. `numbers`: word by word equal, or equal as numbers; where the expected word
is written as a fraction (with a point or exponent) it may differ by `tolerance`, absolute or
relative. Case and order always matter; NaN equals nothing.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from itertools import zip_longest

_INTEGER = re.compile(r"[+-]?[0-9]+")
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
_SPACE = re.compile(r"\s")
_PADDED = re.compile(r"[+-]?0[0-9]")
_MAX_DIGITS = 400  # longer words are compared as text: conversion would be slow, or overflow


def rung(got: str, expected: str, tolerance: float) -> str | None:
    """The rung on which `got` equals `expected`, or None."""
    if got == expected:
        return "exact"
    if all(mine == right for mine, right in zip_longest(_trimmed(got), _trimmed(expected))):
        return "exact"
    rule = "tokens"
    for mine, right in zip_longest(_words(got), _words(expected)):
        if mine != right:
            if mine is None or right is None or not _same_word(mine, right, tolerance):
                return None
            rule = "numbers"
    return rule


# A piece at a time: all at once, the words of a hostile program's output would fill gigabytes.
_PIECE = 1 << 16


def _words(text: str) -> Iterator[str]:
    start = 0
    while start < len(text):
        space = _SPACE.search(text, start + _PIECE)
        stop = space.start() if space else len(text)
        yield from text[start:stop].split()
        start = stop


def _trimmed(text: str) -> Iterator[str]:
    """The lines without white space at their ends, nor empty ones at the end."""
    start, end = 0, len(text.rstrip())
    while start < end:
        stop = text.find("\n", start + _PIECE, end)
        stop = end if stop < 0 else stop
        for line in text[start:stop].split("\n"):
            yield line.rstrip()
        start = stop + 1


def _same_word(got: str, expected: str, tolerance: float) -> bool:
    if got == expected:
        return True
    if len(got) > _MAX_DIGITS or len(expected) > _MAX_DIGITS:
        return False
    if _PADDED.match(expected):
        return False  # 0011 is a code, a time or bits, not eleven
    if not _NUMBER.fullmatch(got) or not _NUMBER.fullmatch(expected):
        return False
    if _INTEGER.fullmatch(expected):
        try:  # exactly: as a float, 1e-400 is zero
            return Decimal(got) == int(expected)
        except InvalidOperation:  # an exponent of twenty digits
            return False
    mine, right = float(got), float(expected)
    if not (math.isfinite(mine) and math.isfinite(right)):
        return False  # too large for a float: every such number would be equal
    return math.isclose(mine, right, rel_tol=tolerance, abs_tol=tolerance)


def difference(got: str, expected: str) -> str:
    """Where `got` first departs from `expected`, in one short line."""
    pairs = zip(_trimmed(got), _trimmed(expected), strict=False)
    for number, (mine, right) in enumerate(pairs, 1):
        if mine != right and any(m != r for m, r in zip_longest(_words(mine), _words(right))):
            return f"line {number}: got {_short(mine)}, expected {_short(right)}"
    counts = [sum(1 for _ in _trimmed(text)) for text in (got, expected)]
    if counts[0] != counts[1]:
        return f"{counts[0]} lines, expected {counts[1]}"
    return f"got {_short(got)}, expected {_short(expected)}"


def _short(text: str, most: int = 60) -> str:
    return repr(text if len(text) <= most else text[: most - 1] + "…")
