"""How a list of notes is sorted, and where in it one is. No Django in here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
# Row numbers of the database.
MAX_ID = 2**63 - 1


class Sort(Enum):
    """How a list is sorted: name in the address, words, column, largest first. What has no value is left out."""

    NEWEST = ("newest", "Newest", "", True)
    ANNOTATED = ("annotated", "Annotated last", "annotated_at", True)
    DOUBT = ("doubt", "Least certain", "min_score", False)
    DISAGREEMENT = ("disagreement", "Most disagreed", "disagreement", True)

    def __init__(self, slug: str, words: str, column: str, descending: bool) -> None:
        self.slug, self.words, self.column, self.descending = slug, words, column, descending

    @classmethod
    def named(cls, slug: str) -> Sort:
        return next((sort for sort in cls if sort.slug == slug), cls.NEWEST)


@dataclass(frozen=True, slots=True)
class Place:
    """A row of a sorted list, as it stands in an address: what comes after it, or before it with `back`."""

    note: int
    value: float | datetime | None = None
    back: bool = False

    def __str__(self) -> str:
        value = (self.value - EPOCH) // MICROSECOND if isinstance(self.value, datetime) else self.value
        return f"{'before' if self.back else 'after'}-{self.note}" + ("" if value is None else f"-{value!r}")

    @classmethod
    def parse(cls, written: str, sort: Sort) -> Place | None:
        """The place; None for what is none, which is the beginning of the list."""
        way, _, rest = written.partition("-")
        note, _, value = rest.partition("-")
        try:
            place = cls(int(note), _value(value, sort), way == "before")
        except (ValueError, OverflowError):
            return None
        return place if way in ("before", "after") and 0 <= place.note <= MAX_ID else None


def _value(written: str, sort: Sort) -> float | datetime | None:
    if not sort.column:
        return None
    return EPOCH + int(written) * MICROSECOND if sort is Sort.ANNOTATED else float(written)
