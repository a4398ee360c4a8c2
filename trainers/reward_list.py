"""Rewards as a configuration names them: functions and weights, and whether they fit the rows."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import yaml

from skyt_plugins.errors import SkytError

from .rewards import BY_TASK, Reward
from .shaping import SHAPING


class SideBySide:
    """A reward as a coroutine: TRL awaits those together, so that all judge at the same time."""

    def __init__(self, reward: Callable[..., Any]) -> None:
        self.reward, self.__name__ = reward, reward.__name__

    async def __call__(self, **columns: Any) -> Any:
        return await asyncio.to_thread(self.reward, **columns)


def side_by_side(rewards: Sequence[Any]) -> list[Any]:
    """The rewards as TRL shall call them: several at the same time, one as it is."""
    return [SideBySide(reward) for reward in rewards] if len(rewards) > 1 else [*rewards]


def check_rewards_cover(rewards: Sequence[Any], rows: Sequence[Mapping[str, Any]]) -> None:
    """Raises SkytError for a row that no reward would judge, and for one whose scorer is not there
    or refuses the reward's options.

    A row without a scorer is judged by every reward, except `task`.
    """
    judges = [reward for reward in rewards if isinstance(reward, Reward)]
    kinds = Counter((row.get("task"), row.get("scorer")) for row in rows)
    for (task, scorer), count in kinds.items():
        row = {"task": task, "scorer": scorer}
        if judges and not any([reward.judges(row) for reward in judges]):
            names = ", ".join(sorted(reward.__name__ for reward in judges))
            raise SkytError(
                f"{count} prompts are of the scorer {scorer!r}, but the rewards are {names}\n"
                f"add {scorer!r} or use the reward `task`"
            )


def reward_functions(
    specifications: Sequence[str | dict[str, Any]] | None,
) -> tuple[list[Any], list[float]]:
    """The reward functions and their weights. Raises SkytError for an unknown name or option."""
    functions, weights = [], []
    for specification in specifications or [BY_TASK]:
        name, weight, options = _reward_parts(specification)
        if name in SHAPING:
            try:
                functions.append(SHAPING[name](**options))
            except TypeError as error:
                raise SkytError(f"reward {name!r} refuses its options: {error}") from error
        else:
            functions.append(Reward(name, **options))
        weights.append(weight)
    return functions, weights


def _reward_parts(specification: str | dict[str, Any]) -> tuple[str, float, dict[str, Any]]:
    try:
        if isinstance(specification, str) and specification.startswith("{"):
            specification = yaml.safe_load(specification)  # as in a file, on the command line
        if isinstance(specification, str):
            name, _, weight = specification.partition(":")
            return name, float(weight or 1.0), {}
        options = dict(specification)
        return str(options.pop("name")), float(options.pop("weight", 1.0)), options
    except (KeyError, TypeError, ValueError, yaml.YAMLError) as error:
        raise SkytError(
            f"reward {specification!r}: `name:weight` or {{name: …, weight: …}} is wanted"
        ) from error
