"""Which recipe an automatic experiment tries next, and which of its settings are worth a search. No Django in here.

The rule is fixed, so that it can be told and repeated: every recipe once with its defaults, then two trials in three to
the recipe that leads and the third to the one tried least. A recipe that only fails is left alone.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from training.ner.params import Param

# Every so many trials one goes to the recipe tried least.
EXPLORE_EVERY = 3
# So many failures and no success: more trials of the recipe would only cost time.
ENOUGH_FAILURES = 2
# What moves the accuracy of the house's recipes, and the range worth looking in ({}: near the default). Settings that
# only buy accuracy with time (updates, epochs, looks) stay as they are.
WORTH: Mapping[str, Mapping[str, float]] = {
    "learn_rate": {},
    "dropout": {"low": 0.05, "high": 0.4},
    "batch_stop": {},
    "c1": {"low": 0.0, "high": 1.0},
    "c2": {"low": 0.0, "high": 1.0},
    "least_precision": {"low": 0.2, "high": 0.8},
}


@dataclass(frozen=True, slots=True)
class Tried:
    """A trial: its recipe, and what is known of it. `value` is None until it is scored; a failed one never is."""

    recipe: str
    value: float | None = None
    failed: bool = False


def next_recipe(recipes: Sequence[str], tried: Sequence[Tried], once: Collection[str] = ()) -> str:
    """The recipe of the next trial, `recipes` in the order in which ties are broken; those `once` have no settings."""
    if len(tried) < len(recipes):
        return recipes[len(tried)]
    left = [name for name in recipes if name not in once and not _only_fails(name, tried)] or list(recipes)
    leader = _leader(left, tried)
    if leader is not None and (len(tried) - len(recipes)) % EXPLORE_EVERY != EXPLORE_EVERY - 1:
        return leader
    others = [name for name in left if name != leader] or left
    return min(others, key=lambda name: sum(one.recipe == name for one in tried))


def _leader(recipes: Sequence[str], tried: Sequence[Tried]) -> str | None:
    values = [(one.value, one.recipe) for one in tried if one.value is not None and one.recipe in recipes]
    # The earliest of equals.
    return max(values, key=lambda pair: pair[0])[1] if values else None


def _only_fails(name: str, tried: Sequence[Tried]) -> bool:
    own = [one for one in tried if one.recipe == name]
    return sum(one.failed for one in own) >= ENOUGH_FAILURES and all(one.value is None for one in own)


def worth_searching(settings: Mapping[str, Param]) -> dict[str, dict[str, Any]]:
    """The ranges to search of a recipe's settings, by name, as ``search_space`` takes them.

    A recipe of one's own that has none of the known settings is searched in all of them that have a range.
    """
    known = {name: _within(settings[name], WORTH[name]) for name in WORTH if name in settings}
    return known or {name: {} for name, param in settings.items() if _has_range(param)}


def _within(param: Param, wanted: Mapping[str, float]) -> dict[str, Any]:
    """The wanted range, cut to what the recipe allows; near the default where the two do not meet."""
    if not wanted:
        return {}
    low = max(wanted["low"], wanted["low"] if param.low is None else param.low)
    high = min(wanted["high"], wanted["high"] if param.high is None else param.high)
    return {"low": low, "high": high} if low < high else {}


def _has_range(param: Param) -> bool:
    return param.kind in ("choice", "bool") or (param.low is not None and param.high is not None)
