"""A test of two models on split traffic: how many notes it takes, and what it shows in the end. No Django.

The horizon is fixed before the start, and there is one look at the end: so the plain 95 % interval is honest. Callers
always get the same model and differ from each other, so they are the units: the ratio of sums over callers has its
linearised variance (Cochran 1977, 6.3).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import ceil, sqrt
from statistics import NormalDist
from typing import Any

LEVEL, POWER = 0.95, 0.8
# An interval from fewer callers than this would be too narrow.
LEAST_CALLERS = 10
NORMAL = NormalDist()


@dataclass(frozen=True, slots=True)
class Caller:
    """What one caller brought: notes (or entities judged) and the sum of the metric over them, and of its squares."""

    n: int
    total: float
    squares: float = 0.0


@dataclass(frozen=True, slots=True)
class Mean:
    """The metric of one model: ``error`` is its standard error, ``design`` how many notes weigh as one alone."""

    n: int
    callers: int
    value: float
    error: float
    variance: float
    design: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """Variant minus champion with its interval. ``verdict``: better, worse or inconclusive."""

    value: float
    low: float
    high: float
    verdict: str

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def mean_of(callers: Sequence[Caller]) -> Mean | None:
    """None when there is nothing."""
    n = sum(one.n for one in callers)
    if not n:
        return None
    value = sum(one.total for one in callers) / n
    variance = max(0.0, sum(one.squares for one in callers) / n - value**2)
    many = len(callers)
    spread = sum((one.total - value * one.n) ** 2 for one in callers)
    error = sqrt(spread * many / (many - 1)) / n if many > 1 else 0.0
    alone = variance / n
    return Mean(n, many, value, error, variance, max(1.0, error**2 / alone) if alone else 1.0)


def notes_needed(mean: Mean, difference: float, share: float, *, level: float = LEVEL, power: float = POWER) -> int:
    """Notes of the variant, which gets `share` of them, until a true `difference` is seen with probability `power`.

    Raises ValueError for a difference of 0 or a share that leaves one of them without notes.
    """
    if difference <= 0 or not 0 < share < 1:
        raise ValueError(f"A difference of {difference} at a share of {share} can't be planned; give both above 0.")
    z = NORMAL.inv_cdf((1 + level) / 2) + NORMAL.inv_cdf(power)
    return max(1, ceil(mean.design * mean.variance * (z / difference) ** 2 / (1 - share)))


def compare(variant: Mean, champion: Mean, *, more_is_better: bool, level: float = LEVEL) -> Comparison:
    """The difference, and whether its interval lies on one side of 0."""
    value = variant.value - champion.value
    half = NORMAL.inv_cdf((1 + level) / 2) * sqrt(variant.error**2 + champion.error**2)
    low, high = value - half, value + half
    if min(variant.callers, champion.callers) < LEAST_CALLERS or low <= 0 <= high:
        return Comparison(value, low, high, "inconclusive")
    return Comparison(value, low, high, "better" if (low > 0) == more_is_better else "worse")
