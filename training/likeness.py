"""How alike two models read the same notes: by exact span and label, note by note. No Django."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from annotation.spans import Span

# Two readings are apart when less than this of their entities is in both, by F1.
APART = 0.5


@dataclass(frozen=True, slots=True)
class Likeness:
    """Sums over notes: ``same`` have the same entities in both readings, ``apart`` less than half of them; entities
    that are in ``both``, and those of ``one`` and of the ``other`` alone."""

    notes: int = 0
    same: int = 0
    apart: int = 0
    both: int = 0
    one: int = 0
    other: int = 0

    @classmethod
    def of(cls, one: Collection[Span], other: Collection[Span]) -> Likeness:
        """Of a single note."""
        first, second = set(one), set(other)
        both = len(first & second)
        alike = 2 * both / (len(first) + len(second)) if first or second else 1.0
        return cls(1, int(first == second), int(alike < APART), both, len(first - second), len(second - first))

    @classmethod
    def read(cls, values: Mapping[str, Any]) -> Likeness:
        return cls(**{field.name: int(values.get(field.name, 0)) for field in fields(cls)})

    def __add__(self, more: Likeness) -> Likeness:
        return Likeness(*(getattr(self, field.name) + getattr(more, field.name) for field in fields(self)))

    @property
    def agreement(self) -> float | None:
        """F1 of the one reading against the other; None when neither found anything."""
        total = 2 * self.both + self.one + self.other
        return 2 * self.both / total if total else None

    def to_json(self) -> dict[str, int]:
        return asdict(self)


def together(each: Iterable[Likeness]) -> Likeness:
    return sum(each, Likeness())
