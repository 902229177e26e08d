"""What a list of notes is narrowed down by. No Django in here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from annotation.search.content import Name, at_least, at_most, between, tag
from annotation.search.ordering import Sort
from annotation.search.question import Question

# No note is older or of next year: an open end costs a look for each year.
FIRST_DAY, AHEAD = date(2000, 1, 1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Days:
    """From a day to a day, both included, either left open."""

    first: date | None = None
    last: date | None = None

    def names(self, kind: str) -> frozenset[Name]:
        """Names of which a note has one; none when every day will do, an unknown name when no day will."""
        if not (self.first or self.last):
            return frozenset()
        latest = datetime.now(UTC).date() + AHEAD
        first, last = max(self.first or FIRST_DAY, FIRST_DAY), min(self.last or latest, latest)
        return between(kind, first, last) or frozenset({(kind, "never")})


@dataclass(frozen=True, slots=True)
class Filters:
    """Empty ones let every note through. `tags` are kind and value, as :class:`Content` has them."""

    question: Question = field(default_factory=Question)
    label: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    received: Days = Days()
    annotated: Days = Days()
    disagreement: float | None = None
    score: float | None = None

    def all_of(self) -> frozenset[Name]:
        """Names that a note must all have."""
        return self.question.names(self.label) | {tag(kind, value) for kind, value in self.tags.items() if value}

    def one_of(self) -> list[frozenset[Name]]:
        """Sets of names; a note has one of each."""
        sets = [self.received.names("received"), self.annotated.names("annotated")]
        sets += [at_least("disagreement", self.disagreement)] if self.disagreement is not None else []
        sets += [at_most("score", self.score)] if self.score is not None else []
        return [names for names in sets if names]

    def sorted_by(self, sort: Sort) -> Filters:
        """These filters, and that a note has what it is sorted by."""
        if sort is Sort.DOUBT and self.score is None:
            return replace(self, score=1.0)
        if sort is Sort.DISAGREEMENT and self.disagreement is None:
            return replace(self, disagreement=0.0)
        if sort is Sort.ANNOTATED and self.annotated == Days():
            return replace(self, annotated=Days(FIRST_DAY))
        return self
