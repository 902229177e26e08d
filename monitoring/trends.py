"""Figures over time: days, weeks, four weeks; quartiles; whether the newest window differs from before. No Django."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from annotation.bootstrap import Floats, percentiles, weights
from annotation.spans import Counts

# A window of fewer notes says nothing about a person.
ENOUGH = 20
FOUR_WEEKS = 28
RESAMPLES = 1000


@dataclass(frozen=True, slots=True)
class Quartiles:
    notes: int
    low: float
    median: float
    high: float


@dataclass(frozen=True, slots=True)
class Shift:
    """F1 of the newest window minus F1 before it, with the interval of the difference, in fractions of 1."""

    value: float
    low: float
    high: float

    @property
    def is_real(self) -> bool:
        return self.low > 0 or self.high < 0


def week_of(day: date) -> date:
    """The Monday of the week."""
    return day - timedelta(days=day.weekday())


def four_weeks_of(day: date, today: date) -> date:
    """First day of the window of four weeks that holds `day`; the newest one ends today."""
    ago = max(0, (today - day).days) // FOUR_WEEKS
    return today - timedelta(days=FOUR_WEEKS * (ago + 1) - 1)


def newest_window(today: date) -> date:
    return four_weeks_of(today, today)


def quartiles(values: Sequence[int]) -> Quartiles:
    """Of at least one value; linear between neighbours."""
    low, median, high = (round(float(q), 1) for q in np.percentile(values, [25, 50, 75]))
    return Quartiles(len(values), low, median, high)


def shift(before: Sequence[Counts], newest: Sequence[Counts], *, tests: int = 1) -> Shift:
    """Did strict F1 change? Each side's notes are resampled by themselves (other notes, so nothing is paired).

    The interval covers 95 % for `tests` comparisons together: each of them gets 1 - .05 / tests (Bonferroni). Raises
    ValueError when a side has fewer than ENOUGH notes.
    """
    if min(len(before), len(newest)) < ENOUGH:
        raise ValueError(f"{len(before)} and {len(newest)} notes are too few; compare {ENOUGH} with {ENOUGH}.")
    old, new = _table(before), _table(newest)
    drawn = _f1(weights(len(new), RESAMPLES, 1) @ new) - _f1(weights(len(old), RESAMPLES, 2) @ old)
    interval = percentiles(drawn, 1 - 0.05 / tests)
    value = float(_f1(new.sum(axis=0)) - _f1(old.sum(axis=0)))
    return Shift(value, interval.low, interval.high)


def _table(counts: Sequence[Counts]) -> Floats:
    return np.array([(2 * c.tp, 2 * c.tp + c.fp + c.fn) for c in counts], dtype=np.float64)


def _f1(sums: Floats) -> Floats:
    above, below = sums[..., 0], sums[..., 1]
    return np.asarray(np.divide(above, below, out=np.zeros_like(above), where=below > 0))
