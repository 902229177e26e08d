"""How far two sums of counts lie apart. Each takes arrays (…, k) of a window and of its reference, and gives (…)."""

from __future__ import annotations

import numpy as np

from annotation.bootstrap import Floats

# An empty bin on one side is as if half a count had fallen into it: a logarithm of nothing says nothing.
HALF = 0.5


def shares(sums: Floats) -> Floats:
    """Of each bin, with half a count more in each."""
    filled = sums + HALF
    found: Floats = filled / filled.sum(axis=-1, keepdims=True)
    return found


def psi(window: Floats, reference: Floats) -> Floats:
    """Population stability index, symmetric, 0 for equal shares. Source: Yurdakul and Naranjo 2020."""
    one, other = shares(window), shares(reference)
    found: Floats = ((one - other) * np.log(one / other)).sum(axis=-1)
    return found


def jensen_shannon(window: Floats, reference: Floats) -> Floats:
    """Jensen-Shannon distance to base 2, in [0, 1]."""
    one, other = shares(window), shares(reference)
    middle = (one + other) / 2
    divergence = (one * np.log2(one / middle) + other * np.log2(other / middle)).sum(axis=-1) / 2
    found: Floats = np.sqrt(np.maximum(divergence, 0.0))
    return found


def log_ratio(window: Floats, reference: Floats) -> Floats:
    """How many times the rate of a window is that of its reference, as |ln|; two bins: events and what they are of."""
    rates = [(sums[..., 0] + HALF) / (sums[..., 1] + HALF) for sums in (window, reference)]
    found: Floats = np.abs(np.log(rates[0] / rates[1]))
    return found


def estimated_f1(sums: Floats) -> Floats:
    """F1 without labels of bins (sum of scores, entities found, entities expected to be missed). Source: ``ml.md``.

    1 where nothing was found and nothing is expected.
    """
    certain, found, missed = sums[..., 0], sums[..., 1], sums[..., 2]
    below = found + certain + missed
    estimate: Floats = np.divide(2 * certain, below, out=np.ones_like(below), where=below > 0)
    return estimate


def estimate_drop(window: Floats, reference: Floats) -> Floats:
    """How much lower F1 without labels is, in fractions of 1; negative: higher."""
    found: Floats = estimated_f1(reference) - estimated_f1(window)
    return found
