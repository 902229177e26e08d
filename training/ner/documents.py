"""What the trainer reads and reports: documents, progress, errors. Plain data, JSON-able."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from annotation.spans import Span


@dataclass(frozen=True, slots=True)
class Document:
    """A note with its gold. `spans` count code points; an empty tuple says "read, and nothing there"."""

    id: str
    text: str
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a training run stands. `dev_f1` is a fraction of 1, None until the first look at the dev documents.

    `step` of `total` are those of `stage`, what is being done now: a run with vectors has two long ones. `looks` is how
    often the dev documents were looked at.
    """

    step: int
    total: int
    loss: float
    dev_f1: float | None
    words_per_second: float
    stage: str = "training"
    looks: int = 0

    def to_json(self) -> dict[str, Any]:
        """A plain dict of every field."""
        return asdict(self)


Report = Callable[[Progress], None]  # may raise to cancel: its exception comes out of the training untouched


class TrainingError(ValueError):
    """Training can't start or went wrong: the fact, the value and the remedy; the message never holds note text."""
