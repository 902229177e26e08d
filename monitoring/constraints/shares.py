"""A share held against what is allowed, by a test that knows of how many it is."""

from __future__ import annotations

from dataclasses import dataclass

from monitoring.drift.libraries import library
from training.statistics import wilson


@dataclass(frozen=True, slots=True)
class Held:
    """A share with its 95 % interval and the exact one-sided p of what is allowed; `beyond` with the whole interval."""

    value: float
    low: float
    high: float
    p: float
    beyond: bool


def held_above(successes: int, n: int, allowed: float) -> Held:
    """Whether `successes` of `n` are more than allowed. Raises ValueError when n is 0."""
    interval = wilson(successes, n)
    p = at_least(successes, n, allowed)
    return Held(successes / n, interval.low, interval.high, p, interval.low > allowed)


def held_below(successes: int, n: int, allowed: float) -> Held:
    """Whether `successes` of `n` are fewer than allowed. Raises ValueError when n is 0."""
    interval = wilson(successes, n)
    p = at_least(n - successes, n, 1 - allowed)
    return Held(successes / n, interval.low, interval.high, p, interval.high < allowed)


def at_least(successes: int, n: int, share: float) -> float:
    """How probable so many successes or more are in `n` trials of this chance."""
    return float(library("scipy.stats").binom.sf(successes - 1, n, share))


def least(share: float, notes: int) -> float:
    """How low a share may be that was seen of so many notes; itself when somebody said so (0 notes)."""
    return wilson(round(share * notes), notes).low if notes else share


def most(share: float, notes: int) -> float:
    """How high it may be."""
    return wilson(round(share * notes), notes).high if notes else share
