"""The figures of a deployment's minute. No Django."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

# Upper edges in milliseconds of the classes that latencies are counted in.
EDGES = (5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000)
BEYOND = "more"
# An entity below this score is a doubtful one.
DOUBTFUL = 0.5
# What is added up; the classes of latencies beside.
COLUMNS = (
    "requests", "documents", "characters", "entities", "entities_squared", "empty", "doubtful", "unsure",
    "failed", "wrong", "slow", "lost", "milliseconds",
)  # fmt: skip


@dataclass(slots=True)
class Counts:
    """What TrafficMinute counts, of a part of a minute."""

    requests: int = 0
    documents: int = 0
    characters: int = 0
    entities: int = 0
    entities_squared: int = 0
    empty: int = 0
    doubtful: int = 0
    unsure: int = 0
    failed: int = 0
    wrong: int = 0
    slow: int = 0
    lost: int = 0
    milliseconds: float = 0.0
    latencies: Counter[str] = field(default_factory=Counter)

    def answered(self, documents: Sequence[Sequence[Any]], milliseconds: float) -> None:
        """One request; its documents as ``[id, length, [[start, end, label, score], …], …]``."""
        self.requests += 1
        self.milliseconds += milliseconds
        self.latencies[edge(milliseconds)] += 1
        for _, length, entities, *_ in documents:
            self.documents += 1
            self.characters += length
            self.entities += len(entities)
            self.entities_squared += len(entities) ** 2
            self.empty += not entities
            doubtful = sum(entity[3] < DOUBTFUL for entity in entities)
            self.doubtful += doubtful
            self.unsure += doubtful > 0

    def missed(self, outcome: str) -> None:
        """One request that the deployment did not answer: "failed", "wrong" or "slow"."""
        self.failed += outcome == "failed"
        self.wrong += outcome == "wrong"
        self.slow += outcome == "slow"

    @property
    def asked(self) -> int:
        """Requests that came to the deployment, answered or not."""
        return self.requests + self.failed + self.wrong + self.slow


def minute_of(at: datetime) -> datetime:
    """The minute that a moment is counted in."""
    return at.replace(second=0, microsecond=0)


def edge(milliseconds: float) -> str:
    """The class that a latency is counted in."""
    return next((str(upper) for upper in EDGES if milliseconds <= upper), BEYOND)
