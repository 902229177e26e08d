"""The one number that makes a model's confidence mean what it says, fitted on held-out gold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
LIMITS = (1e-6, 1 - 1e-6)  # no entity is certain


class Scoring(Protocol):
    """What the scores of some entities follow from, once there is a temperature."""

    def scores(self, temperature: float) -> Floats:
        """The probability of each entity, shape (entities,)."""


def fit_temperature(steps: Sequence[Scoring], right: Sequence[bool], *, default: float, fewest: int = 50) -> float:
    """The temperature in [0.5, 8] whose scores have the least log loss for `right`, one truth an entity.

    With fewer than `fewest` entities the `default` is returned: one parameter still needs some evidence.
    """
    truth = np.asarray(right, dtype=np.float64)
    if len(truth) < fewest:
        return default
    grid = np.exp(np.linspace(np.log(0.5), np.log(8.0), 57))
    return round(float(min(grid, key=lambda value: _log_loss(steps, truth, float(value)))), 4)


def _log_loss(steps: Sequence[Scoring], truth: Floats, temperature: float) -> float:
    scores = np.concatenate([one.scores(temperature) for one in steps]).clip(*LIMITS)
    return float(-(truth * np.log(scores) + (1 - truth) * np.log(1 - scores)).mean())
