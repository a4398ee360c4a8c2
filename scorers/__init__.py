"""skyt's own scorers, registered like any third party's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from skyt_plugins.errors import SkytError
from skyt_plugins.hookspecs import hookimpl
from skyt_plugins.types import Scorer


def _choice(**options: Any) -> Scorer:
    from .choice import ChoiceScorer

    return ChoiceScorer(**options)


def _integer(**options: Any) -> Scorer:
    from .integer import IntegerScorer

    return IntegerScorer(**options)


def _math(**options: Any) -> Scorer:
    from .math import MathScorer

    return MathScorer(**options)


def _code(**options: Any) -> Scorer:
    try:
        from .code import CodeScorer
    except ImportError as error:  # Windows lacks fcntl and resource
        raise SkytError(
            f"scorer code: {error}; programs run on Linux: in WSL, Docker or a virtual machine"
        ) from error
    return CodeScorer(**options)


@hookimpl
def skyt_scorers(register: Callable[[str, Callable[..., Scorer]], None]) -> None:
    register("choice", _choice)
    register("code", _code)
    register("integer", _integer)
    register("math", _math)
