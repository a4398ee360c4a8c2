"""Plain data across the border of the sandbox: JSON text with tags, never pickle.

The program's side encodes what it returns; whatever is not plain becomes `Opaque`, equal to
nothing. The judge's side decodes text that may be hostile: no code runs, and no table is built
from hostile keys (colliding hashes would cost quadratic time), so a dict arrives as `Pairs` and a
set as `Members`, to be looked up in the trusted value by `equal`.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from typing import Any

from . import nodes

MAX_DEPTH = 150
_MAX_DIGITS = 4000  # longer integers travel in base 16, which converts in linear time


# Types that tests pass as arguments.
_TYPES: dict[str, Any] = {
    t.__name__: t for t in (int, float, str, bool, list, tuple, dict, set, bytes, complex)
}


class NotPlain(ValueError):
    """A value that cannot cross: too deep, or malformed text."""


class Opaque:
    """Stands for an object that is not plain data. Equal to nothing."""

    __slots__ = ("kind",)

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def __repr__(self) -> str:
        return f"<{self.kind} object>"


class Pairs(list[tuple[Any, Any]]):
    """The items of a dict that came from the program."""

    def __repr__(self) -> str:
        return "{" + ", ".join(f"{key!r}: {value!r}" for key, value in self) + "}"


class Members(list[Any]):
    """The members of a set that came from the program."""

    def __repr__(self) -> str:
        return "{" + ", ".join(map(repr, self)) + "}"


Foreign = Callable[[Any], Any]


def dumps(value: Any, foreign: Foreign | None = None) -> str:
    """The text of `value`. `foreign` names an object that is not plain by a number, or None.

    Raises NotPlain where the value is nested too deeply.
    """
    return json.dumps(_tagged(value, 0, foreign), separators=(",", ":"))


def _tagged(value: Any, depth: int, foreign: Foreign | None) -> Any:
    if depth > MAX_DEPTH:
        raise NotPlain(f"nested deeper than {MAX_DEPTH}")
    kind = type(value)
    if value is None or kind is bool or kind is str:
        return value
    if isinstance(value, int):
        number = int.__int__(value)
        return number if number.bit_length() < 13_000 else {"i": hex(number)}
    if isinstance(value, float):
        real = float.__float__(value)
        return real if math.isfinite(real) else {"n": repr(real)}
    if isinstance(value, list):
        return [_tagged(v, depth + 1, foreign) for v in list.__iter__(value)]
    if isinstance(value, tuple):
        return {"t": [_tagged(v, depth + 1, foreign) for v in tuple.__iter__(value)]}
    if isinstance(value, dict):
        pairs = [
            [_tagged(k, depth + 1, foreign), _tagged(v, depth + 1, foreign)]
            for k, v in list(dict.items(value))
        ]
        return {"d": pairs}
    if isinstance(value, (set, frozenset)):
        return {"s": [_tagged(v, depth + 1, foreign) for v in list(value)]}
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, (bytes, bytearray)):
        return {"b": bytes(value).decode("latin-1")}
    if isinstance(value, complex):
        return {"c": [repr(value.real), repr(value.imag)]}
    if kind.__module__ == "numpy" and hasattr(value, "dtype"):
        if getattr(value, "ndim", 0) == 0:
            return _tagged(value.item(), depth + 1, foreign)
        return {"a": _tagged(value.tolist(), depth + 1, foreign)}  # an array, equal to its list
    if isinstance(value, type) and value in _TYPES.values():
        return {"y": value.__name__}
    if kind.__name__ == "TreeNode":
        return {"tree": _tagged(nodes.tree_values(value), depth + 1, foreign)}
    if kind.__name__ == "ListNode":
        return {"list": _tagged(nodes.list_values(value), depth + 1, foreign)}
    handle = foreign(value) if foreign is not None else None
    return {"o": kind.__name__} if handle is None else {"h": handle}


def loads(text: str, trusted: bool = False, foreign: Foreign | None = None) -> Any:
    """The value of `text`: with `trusted`, real dicts and sets; `foreign` finds what was numbered.

    Raises NotPlain.
    """
    if not trusted and not _is_shallow(text):
        raise NotPlain("nested too deeply, or not plain data")
    try:
        return _untagged(json.loads(text, parse_int=_short_int), trusted, 0, foreign)
    except (
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
        RecursionError,
        OverflowError,
    ) as error:
        raise NotPlain(f"not plain data: {type(error).__name__}") from error


_NO_BRACKETS = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[^"\[\]{}]++', re.DOTALL)


def _is_shallow(text: str) -> bool:
    """Whether its brackets are pairs, and few of them nested: a trainer that raised its recursion
    limit would be ended by a parser that goes as deep as the text."""
    brackets = _NO_BRACKETS.sub("", text)
    for _ in range(3 * MAX_DEPTH):  # a dict takes three brackets a level
        if not brackets:
            return True
        brackets = brackets.replace("[]", "").replace("{}", "")
    return False


def _short_int(digits: str) -> int:
    if len(digits) > _MAX_DIGITS:
        raise ValueError("integer too long")
    return int(digits)


def _untagged(value: Any, trusted: bool, depth: int, foreign: Foreign | None) -> Any:
    if depth > 2 * MAX_DEPTH:
        raise NotPlain("nested too deeply")
    if isinstance(value, list):
        return [_untagged(v, trusted, depth + 1, foreign) for v in value]
    if not isinstance(value, dict):
        return value
    ((tag, content),) = value.items()
    if tag == "t":
        return tuple(_untagged(v, trusted, depth + 1, foreign) for v in content)
    if tag == "d":
        pairs = [
            (_untagged(k, trusted, depth + 1, foreign), _untagged(v, trusted, depth + 1, foreign))
            for k, v in content
        ]
        return dict(pairs) if trusted else Pairs(pairs)
    if tag == "s":
        members = [_untagged(v, trusted, depth + 1, foreign) for v in content]
        return set(members) if trusted else Members(members)
    if tag == "i":
        return int(content, 16)
    if tag == "n":
        return float(content)
    if tag == "b":
        return content.encode("latin-1")
    if tag == "c":
        return complex(float(content[0]), float(content[1]))
    if tag == "a":
        return _untagged(content, trusted, depth + 1, foreign)
    if trusted and tag in ("tree", "list"):
        build = nodes.tree_node if tag == "tree" else nodes.list_node
        return build(_untagged(content, trusted, depth + 1, foreign))
    if trusted and tag == "y":
        return _TYPES[content]
    if tag == "h" and foreign is not None:
        return foreign(content)
    return Opaque(str(content)[:100])


def equal(got: Any, expected: Any, tolerance: float = 0.0) -> bool:
    """True where the program's `got` equals the trusted `expected`.

    As in Python, except: a tuple equals the list of its items, where a float is expected a number
    may differ by `tolerance` (absolute and relative), NaN equals nothing, and only plain data
    equals anything. Integers are exact: 1e-6 of a large one would be many wrong answers.
    """
    if isinstance(got, Opaque):
        return False
    if isinstance(expected, dict):
        return isinstance(got, Pairs) and _equal_dict(got, expected, tolerance)
    if isinstance(expected, (set, frozenset)):
        if not isinstance(got, Members) or len(got) != len(expected):
            return False
        return len({m for m in got if _plain_key(m) and m in expected}) == len(expected)
    if isinstance(got, (Pairs, Members)):
        return False
    if isinstance(expected, (list, tuple)):
        if not isinstance(got, (list, tuple)) or len(got) != len(expected):
            return False
        return all(equal(g, e, tolerance) for g, e in zip(got, expected, strict=True))
    if isinstance(got, (list, tuple)):
        return False
    if tolerance and isinstance(got, (int, float)) and isinstance(expected, float):
        if isinstance(got, bool):
            return bool(got == expected)
        try:
            return math.isclose(got, expected, rel_tol=tolerance, abs_tol=tolerance)
        except OverflowError:
            return got == expected
    return bool(got == expected)


def _equal_dict(got: Pairs, expected: dict[Any, Any], tolerance: float) -> bool:
    if len(got) != len(expected):
        return False
    seen = set()
    for key, value in got:
        if not _plain_key(key) or key not in expected or key in seen:
            return False
        seen.add(key)  # a subset of the trusted keys: no more than they can it collide
        if not equal(value, expected[key], tolerance):
            return False
    return True


def _plain_key(value: Any) -> bool:
    """True for what Python could hash and is plain. No set: to build one of hostile members, whose
    hashes may collide, can take for ever."""
    if isinstance(value, tuple):
        return all(_plain_key(v) for v in value)
    return value is None or isinstance(value, (bool, int, float, str, bytes, complex))
