"""Where a recipe's settings are searched: near their defaults, or in the ranges that somebody chose. No Django here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution

from training.ner.documents import TrainingError
from training.ner.params import Param

# A setting on a logarithmic scale is searched from its default divided by this to its default times this.
NEAR = 4.0
Choice = str | bool


def search_space(settings: Mapping[str, Param], chosen: Mapping[str, Mapping[str, Any]]) -> dict[str, Param]:
    """The `chosen` settings with the range searched in each: {} for near its default, or low and high, or choices.

    Raises TrainingError for an unknown setting and for a range that is empty or leaves what the recipe allows.
    """
    unknown = sorted(set(chosen) - set(settings))
    if unknown:
        raise TrainingError(f"There is no setting {', '.join(unknown)}; choose among {', '.join(sorted(settings))}.")
    return {name: _narrowed(name, settings[name], given) for name, given in chosen.items()}


def _narrowed(name: str, param: Param, given: Mapping[str, Any]) -> Param:
    if param.kind in ("choice", "bool"):
        return replace(param, choices=_choices(name, param, given.get("choices", ())))
    low, high = _near(param)
    low, high = (param.checked(name, given.get(end, value)) for end, value in (("low", low), ("high", high)))
    if low > high:
        raise TrainingError(f"The range of {name} is from {low} to {high}; give a low end below the high one.")
    return replace(param, low=low, high=high)


def _choices(name: str, param: Param, chosen: Sequence[str]) -> tuple[str, ...]:
    return (
        tuple(param.checked(name, choice) for choice in chosen) if param.kind == "choice" and chosen else param.choices
    )


def _near(param: Param) -> tuple[float, float]:
    """The whole range of a setting on a plain scale."""
    if param.low is None or param.high is None or not param.log:
        return param.low or 0, param.high or 0
    near = max(param.low, param.default / NEAR), min(param.high, param.default * NEAR)
    return (round(near[0]), round(near[1])) if param.kind == "int" else near


def distributions(space: Mapping[str, Param]) -> dict[str, BaseDistribution]:
    """Optuna's form of a space, by name in the order of the alphabet. Raises TrainingError for a range without ends."""
    return {name: _distribution(name, space[name]) for name in sorted(space)}


def _distribution(name: str, param: Param) -> BaseDistribution:
    if param.kind == "bool":
        return CategoricalDistribution([False, True])
    if param.kind == "choice":
        return CategoricalDistribution(list(param.choices))
    if param.low is None or param.high is None:
        raise TrainingError(f"The setting {name} has no lowest or no highest value; give it a range to be searched in.")
    log = param.log and param.low > 0
    if param.kind == "int":
        return IntDistribution(int(param.low), int(param.high), log=log)
    return FloatDistribution(param.low, param.high, log=log)


def fitting(params: Mapping[str, Any], known: Mapping[str, BaseDistribution]) -> dict[str, Any]:
    """The params that lie in their distribution."""
    return {name: value for name, value in params.items() if name in known and _holds(known[name], value)}


def _holds(distribution: BaseDistribution, value: Any) -> bool:
    if isinstance(distribution, CategoricalDistribution):
        return value in distribution.choices
    if isinstance(distribution, IntDistribution | FloatDistribution):
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return is_number and distribution.low <= value <= distribution.high
    return False
