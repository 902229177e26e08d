"""What a test set can show: the smallest gain it sees, the chance that it sees a given one, the notes that it takes.

Normal approximation from the standard error of the difference of two models on the same notes, which shrinks with the
root of the number of notes. Source: `statistics.md` C2. Fractions of 1; no Django.
"""

from __future__ import annotations

from math import ceil
from statistics import NormalDist

from training.statistics import Difference

POWER = 0.8
NORMAL = NormalDist()


def standard_error(difference: Difference, *, level: float = 0.95) -> float:
    """Of a difference whose interval was made at `level`; 0 when the models never differ."""
    return (difference.high - difference.low) / (2 * NORMAL.inv_cdf((1 + level) / 2))


def detectable(error: float, *, alpha: float = 0.05, power: float = POWER) -> float:
    """The gain that is told from chance (two-sided `alpha`) with probability `power`."""
    return error * (NORMAL.inv_cdf(1 - alpha / 2) + NORMAL.inv_cdf(power))


def power_of(gain: float, error: float, *, alpha: float = 0.05) -> float:
    """The probability that a true `gain` is told from chance."""
    if error <= 0:
        return 1.0 if gain > 0 else 0.0
    return NORMAL.cdf(gain / error - NORMAL.inv_cdf(1 - alpha / 2))


def notes_needed(gain: float, error: float, notes: int, *, alpha: float = 0.05, power: float = POWER) -> int:
    """How many notes would tell `gain` from chance with probability `power`, when `notes` leave `error`."""
    if gain <= 0:
        raise ValueError(f"A gain of {gain} can't be told from none; give one above 0.")
    return max(1, ceil(notes * (detectable(error, alpha=alpha, power=power) / gain) ** 2))


def power_sentence(difference: Difference, notes: int, *, gain: float = 0.02, alpha: float = 0.05) -> str:
    """What `notes` can show of two models that differ as these do, for people who know no statistics."""
    error = standard_error(difference, level=1 - alpha)
    if error <= 0:
        return f"On these {notes:,} notes the two never differ, so they say nothing about small gains."
    smallest = detectable(error, alpha=alpha)
    if smallest <= gain:
        return f"{notes:,} notes are enough to see a gain of {100 * smallest:.1f} points or more."
    share, needed = power_of(gain, error, alpha=alpha), notes_needed(gain, error, notes, alpha=alpha)
    return (
        f"{notes:,} notes show only gains of {100 * smallest:.1f} points or more: a gain of {100 * gain:g} points "
        f"would be seen {round(100 * share)} times in 100, and it takes about {needed:,} notes to see it."
    )
