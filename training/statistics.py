"""Statistics of accuracy: intervals and comparisons of micro F1 that resample notes, never entities.

The resampling itself is in annotation/bootstrap.py. Fractions of 1 and plain Python floats throughout.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import sqrt
from statistics import NormalDist
from typing import Any

import numpy as np

from annotation.bootstrap import Floats, Interval, percentiles, weights
from annotation.spans import Counts


@dataclass(frozen=True, slots=True)
class Difference:
    """Candidate minus champion: value, paired bootstrap interval, two-sided p of approximate randomisation."""

    value: float
    low: float
    high: float
    p: float

    def to_json(self) -> dict[str, float]:
        return asdict(self)


def f1_interval(counts: Sequence[Counts], *, resamples: int = 1000, seed: int = 0, level: float = 0.95) -> Interval:
    """Percentile bootstrap of micro F1 over notes: `counts` has one entry a note.

    Source: `statistics.md` C1. Raises ValueError when there is no note.
    """
    table = counts_table(counts)
    return percentiles(micro_f1(weights(len(table), resamples, seed) @ table), level)


def f1_difference(
    candidate: Sequence[Counts],
    champion: Sequence[Counts],
    *,
    resamples: int = 1000,
    swaps: int = 1000,
    seed: int = 0,
    level: float = 0.95,
) -> Difference:
    """Difference in micro F1 of two models on the same notes in the same order.

    The interval resamples notes, both models' counts together; p swaps the models' counts note by note with
    probability one half, `swaps` times (Noreen 1989; `statistics.md` C2): no p is below 1 / (swaps + 1). Raises
    ValueError on no notes or unequal numbers of them.
    """
    first, second = counts_table(candidate), counts_table(champion)
    if len(first) != len(second):
        raise ValueError(f"The candidate has {len(first)} notes, the champion {len(second)}; score both on the same.")
    value = float(micro_f1(first.sum(axis=0)) - micro_f1(second.sum(axis=0)))
    drawn = weights(len(first), resamples, seed)
    interval = percentiles(micro_f1(drawn @ first) - micro_f1(drawn @ second), level)
    return Difference(value, interval.low, interval.high, _swap_p(first, second, value, swaps, seed))


def wilson(successes: int, n: int, *, level: float = 0.95) -> Interval:
    """Wilson's score interval of a share: `successes` of `n` independent trials, such as notes.

    Source: Wilson 1927; 19 of 20 gives .764-.991 (`statistics.md` C1). Raises ValueError for what is no share.
    """
    if n < 1 or not 0 <= successes <= n:
        raise ValueError(f"{successes} of {n} is no share; give at least one trial and no more successes than trials.")
    return _wilson(successes / n, n, level)


def _wilson(share: float, n: float, level: float) -> Interval:
    z = NormalDist().inv_cdf((1 + level) / 2)
    grain = z * z / n
    middle = (share + grain / 2) / (1 + grain)
    half = z / (1 + grain) * sqrt(share * (1 - share) / n + grain / (4 * n))
    return Interval(max(0.0, middle - half), min(1.0, middle + half))


@dataclass(frozen=True, slots=True)
class Clusters:
    """Sums over clusters, such as notes, of n trials each with s successes: of n, s, n * n, n * s and s * s."""

    clusters: int
    trials: int
    successes: int
    trials_squared: int
    both: int
    successes_squared: int


def clustered_share(sums: Clusters, *, level: float = 0.95) -> Interval:
    """Interval of a share whose trials come in clusters: Wilson's for as many independent trials as tell as much.

    The design effect is that of linearisation, and at least 1 (Korn and Graubard 1998, Survey Methodology 24). Raises
    ValueError when there is no trial.
    """
    if sums.trials < 1:
        raise ValueError("There are 0 trials; give at least one.")
    share, effect = sums.successes / sums.trials, 1.0
    binomial = share * (1 - share) * sums.trials
    if sums.clusters > 1 and binomial > 0:
        spread = sums.successes_squared - 2 * share * sums.both + share * share * sums.trials_squared
        effect = max(1.0, spread * sums.clusters / (sums.clusters - 1) / binomial)
    return _wilson(share, sums.trials / effect, level)


def holm(ps: Sequence[float]) -> list[float]:
    """The p values of several tests corrected for their number, in the order given (Holm 1979).

    Calling each test significant whose corrected p is at most alpha keeps the chance of even one false alarm at alpha.
    """
    corrected, largest = [0.0] * len(ps), 0.0
    for rank, place in enumerate(sorted(range(len(ps)), key=ps.__getitem__)):
        largest = max(largest, min(1.0, (len(ps) - rank) * ps[place]))
        corrected[place] = largest
    return corrected


def benjamini_hochberg(ps: Sequence[float]) -> list[float]:
    """The q value of each of several tests, in the order given (Benjamini and Hochberg 1995).

    Calling each test significant whose q is at most a keeps the share of false alarms among the alarms at a.
    """
    corrected, smallest = [0.0] * len(ps), 1.0
    for rank, place in reversed(list(enumerate(sorted(range(len(ps)), key=ps.__getitem__), start=1))):
        smallest = min(smallest, ps[place] * len(ps) / rank)
        corrected[place] = smallest
    return corrected


def score(counts: Sequence[Counts], *, resamples: int = 1000, seed: int = 0, level: float = 0.95) -> dict[str, Any]:
    """Micro precision, recall and F1 of notes with the F1's interval, as JSON-able numbers.

    ``entities`` is the gold's. Raises ValueError when there is no note.
    """
    interval = f1_interval(counts, resamples=resamples, seed=seed, level=level)
    total = sum(counts, Counts())
    return {
        "precision": total.precision,
        "recall": total.recall,
        "f1": total.f1,
        "low": interval.low,
        "high": interval.high,
        "notes": len(counts),
        "entities": total.tp + total.fn,
    }


def counts_table(counts: Sequence[Counts]) -> Floats:
    """Shape (notes, 3): tp, fp, fn. Raises ValueError when there is no note."""
    if not counts:
        raise ValueError("There are 0 notes to score; give the counts of at least one.")
    return np.array([(c.tp, c.fp, c.fn) for c in counts], dtype=np.float64)


def micro_f1(sums: Floats) -> Any:
    """Micro F1 of rows (…, 3) of tp, fp, fn; 0 where there is nothing to find and nothing found, as in `Counts`."""
    total = 2 * sums[..., 0] + sums[..., 1] + sums[..., 2]
    return np.divide(2 * sums[..., 0], total, out=np.zeros_like(total), where=total > 0)


def _swap_p(first: Floats, second: Floats, value: float, swaps: int, seed: int) -> float:
    """Share of swaps with a difference at least as large as `value`, the observed one counted in."""
    moves = second - first
    # A note on which both have the same counts changes nothing when it is swapped.
    moves = moves[moves.any(axis=1)]
    swapped = np.random.default_rng(seed + 1).integers(0, 2, size=(swaps, len(moves)), dtype=np.uint8)
    moved = swapped.astype(np.float64) @ moves
    differences = micro_f1(first.sum(axis=0) + moved) - micro_f1(second.sum(axis=0) - moved)
    return float((1 + np.count_nonzero(np.abs(differences) >= abs(value) - 1e-12)) / (swaps + 1))
