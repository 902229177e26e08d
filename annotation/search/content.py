"""What of a note can be searched, as names of terms; asking uses the same names. No Django in here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from annotation.search.words import mention, stems
from annotation.spans import Span

Name = tuple[str, ...]
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Content:
    """A note as the index sees it. `spans` are the current ones; `tags` are kind and value."""

    text: str
    spans: Sequence[Span] = ()
    tags: Sequence[tuple[str, str]] = ()
    days: Mapping[str, date | None] = field(default_factory=dict)
    shares: Mapping[str, float | None] = field(default_factory=dict)


def names(content: Content) -> set[Name]:
    """The names of all terms of a note."""
    found: set[Name] = {word(stem) for stem in stems(content.text)}
    for label, text in {(s.label, content.text[s.start : s.end]) for s in content.spans}:
        found |= {entity(text), entity(text, label), tag("label", label)}
    found |= {tag(kind, value) for kind, value in content.tags if value}
    for kind, day in content.days.items():
        found |= set(_of_day(kind, day)) if day else set()
    found |= {(kind, "tenth", str(_tenth(share))) for kind, share in content.shares.items() if share is not None}
    return found


def word(stem: str) -> Name:
    return ("word", stem)


def entity(text: str, label: str = "") -> Name:
    """A mention that is exactly this, of any label or of one."""
    return ("entity", mention(text), label)


def tag(kind: str, value: str) -> Name:
    return ("tag", kind, value)


def _of_day(kind: str, day: date) -> tuple[Name, Name, Name]:
    return (kind, "year", day.isoformat()[:4]), (kind, "month", day.isoformat()[:7]), (kind, "day", day.isoformat())


def between(kind: str, first: date, last: date) -> frozenset[Name]:
    """Names of which a note has one when its day lies from `first` to `last`; whole months and years are one name."""
    found: set[Name] = set()
    day = first
    while day <= last:
        year, month, single = _of_day(kind, day)
        next_year, next_month = (
            day.replace(day=1, month=1, year=day.year + 1),
            (day.replace(day=1) + 32 * DAY).replace(day=1),
        )
        if (day.month, day.day) == (1, 1) and next_year <= last + DAY:
            found.add(year)
            day = next_year
        elif day.day == 1 and next_month <= last + DAY:
            found.add(month)
            day = next_month
        else:
            found.add(single)
            day += DAY
    return frozenset(found)


def at_least(kind: str, share: float) -> frozenset[Name]:
    """Names of which a note has one when its share is at least this, or less by under a tenth."""
    return frozenset((kind, "tenth", str(tenth)) for tenth in range(_tenth(share), 10))


def at_most(kind: str, share: float) -> frozenset[Name]:
    """Names of which a note has one when its share is at most this, or more by under a tenth."""
    return frozenset((kind, "tenth", str(tenth)) for tenth in range(_tenth(share) + 1))


def _tenth(share: float) -> int:
    return min(int(share * 10), 9)
