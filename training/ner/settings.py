"""The numbers that say how a network is built and trained."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Settings:
    """The hyper-parameters of the recipe (`ml.md`); the same settings and documents give the same model.

    The steps of a run follow the words of its notes, ``epochs`` passes over them, between ``min_steps`` and
    ``max_steps``; with dev documents it ends ``patience`` steps after the best F1, looked for every ``eval_every``
    steps. Batches are counted in words. ``temperature`` is used where dev is too small to fit one.
    """

    seed: int = 0
    max_steps: int = 1000
    min_steps: int = 300
    epochs: float = 6.0
    batch_start: int = 100
    batch_stop: int = 1000
    batch_compound: float = 1.001
    learn_rate: float = 1e-3
    dropout: float = 0.1
    eval_every: int = 100
    patience: int = 500
    width: int = 96
    depth: int = 4
    hidden_width: int = 64
    folds: int = 5
    temperature: float = 2.0

    def to_json(self) -> dict[str, Any]:
        """A plain dict of every field."""
        return asdict(self)
