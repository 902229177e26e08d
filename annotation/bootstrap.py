"""The note bootstrap: intervals of figures that add up over notes. Notes are drawn, never entities. No Django in here.

Errors cluster within notes, so an interval that counts entities as independent is too narrow (`statistics.md` C1: it
covers .88-.92 where .95 is asked; resampling notes covers .94-.97). A figure is a function of sums over notes, so
all resamples together are one product of matrices. Fractions of 1 and plain Python floats in what is returned.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Interval:
    """A two-sided interval, fractions of 1."""

    low: float
    high: float

    def to_json(self) -> dict[str, float]:
        return asdict(self)


def weights(notes: int, resamples: int, seed: int) -> Floats:
    """How often each note is drawn in each resample, shape (resamples, notes)."""
    return draws(np.random.default_rng(seed), notes, notes, resamples)


def draws(rng: np.random.Generator, units: int, size: int, resamples: int) -> Floats:
    """How often each of `units` is among `size` drawn with replacement, shape (resamples, units)."""
    # As one multinomial a resample, but several times faster: each draw is counted in the row of its resample.
    drawn = rng.integers(0, units, size=(resamples, size))
    drawn += units * np.arange(resamples)[:, np.newaxis]
    return np.bincount(drawn.ravel(), minlength=resamples * units).reshape(resamples, units).astype(np.float64)


def percentiles(values: Floats, level: float) -> Interval:
    """The middle `level` of the resampled values."""
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(low), float(high))
