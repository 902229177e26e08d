"""How far confidence is from the share that is right.

Expected calibration error (ECE): over ten bins of about equally many entities, the mean distance between the confidence
and the share that is right, weighted by the bin's size (Naeini et al. 2015, with bins of equal mass).
"""

from __future__ import annotations

import numpy as np

BINS = 10
Rows = list[tuple[float, bool]]  # the score of an entity, and whether it is gold


def ece(rows: Rows) -> float | None:
    """The expected calibration error, a fraction of 1; None without a row."""
    return sum(b["n"] * abs(b["confidence"] - b["accuracy"]) for b in reliability(rows)) / len(rows) if rows else None


def reliability(rows: Rows) -> list[dict[str, float]]:
    """Bins of about equally many rows, from the lowest score to the highest; rows of one score share a bin."""
    table = np.array(sorted((score, float(right)) for score, right in rows)).reshape(-1, 2)
    places = np.arange(1, BINS) * len(table) // BINS
    cuts = np.unique(np.searchsorted(table[:, 0], table[places, 0])) if len(table) else places
    bins = []
    for part in np.split(table, cuts):
        if len(part):
            low, high, (confidence, accuracy) = part[0, 0], part[-1, 0], part.mean(axis=0)
            numbers = {"low": low, "high": high, "confidence": confidence, "accuracy": accuracy}
            bins.append({"n": len(part), **{name: round(float(value), 6) for name, value in numbers.items()}})
    return bins
