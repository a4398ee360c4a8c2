"""Rewards as a configuration names them: functions and weights, and whether they fit the rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from skyt_plugins.errors import SkytError

from .rewards import BY_TASK, Reward
from .shaping import SHAPING


def check_rewards_cover(rewards: Sequence[Any], rows: Sequence[Mapping[str, Any]]) -> None:
    """Raises SkytError where some row's scorer is not among the rewards: it would never be judged.

    A row without a scorer is judged by every reward.
    """
    judges = {reward.__name__ for reward in rewards if isinstance(reward, Reward)}
    if BY_TASK in judges or not judges:
        return
    counts = Counter(row["scorer"] for row in rows if row.get("scorer"))
    for scorer, count in counts.items():
        if scorer not in judges:
            raise SkytError(
                f"{count} prompts are of the scorer {scorer!r}, but the rewards are "
                f"{', '.join(sorted(judges))}\nadd {scorer!r} or use the reward `task`"
            )


def reward_functions(
    specifications: Sequence[str | dict[str, Any]] | None, stop_ids: Sequence[int] = ()
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
            functions.append(Reward(name, stop_ids=stop_ids, **options))
        weights.append(weight)
    return functions, weights


def _reward_parts(specification: str | dict[str, Any]) -> tuple[str, float, dict[str, Any]]:
    if isinstance(specification, str):
        name, _, weight = specification.partition(":")
        options: dict[str, Any] = {"name": name, "weight": weight or 1.0}
    else:
        options = dict(specification)
    try:
        return str(options.pop("name")), float(options.pop("weight", 1.0)), options
    except (KeyError, ValueError) as error:
        raise SkytError(
            f"reward {specification!r}: `name:weight` or {{name: …, weight: …}} is wanted"
        ) from error
