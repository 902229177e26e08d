"""What every part of the page is made of: words, a table, and the figure of that table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Any

from django.utils import timezone

from annotation.models import Project, User
from monitoring.charts import Figure

Cell = str | int | float | date | None


class Kind(StrEnum):
    TEXT = "text"
    DAY = "day"
    COUNT = "count"
    NUMBER = "number"
    SHARE = "share"


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    kind: Kind = Kind.COUNT

    @property
    def is_number(self) -> bool:
        return self.kind in (Kind.COUNT, Kind.NUMBER, Kind.SHARE)

    def show(self, value: Cell) -> str:
        """As the page writes it; a gap for what is not known."""
        if value is None:
            return "–"
        if isinstance(value, date):
            return f"{value:%-d %b %Y}"
        if isinstance(value, str):
            return value
        return {Kind.SHARE: f"{value * 100:.1f} %", Kind.NUMBER: f"{value:,.1f}"}.get(self.kind, f"{value:,}")


@dataclass(frozen=True, slots=True)
class Section:
    """`lead` explains the figure, `says` are its findings, `missing` is what there would have to be for a table."""

    name: str
    title: str
    lead: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    figure: Figure | None = None
    says: Sequence[str] = ()
    missing: str = ""

    @property
    def shown(self) -> list[list[tuple[Column, str]]]:
        return [[(column, column.show(c)) for column, c in zip(self.columns, row, strict=True)] for row in self.rows]


@dataclass(frozen=True)
class Question:
    """Whose page it is and what they ask for: the last `days` (None: all), the suggestions of `model` (empty: all)."""

    project: Project
    viewer: User
    sees_people: bool
    days: int | None = 30
    model: str = ""

    @cached_property
    def today(self) -> date:
        return timezone.now().date()

    @property
    def since(self) -> datetime:
        """The beginning of the first day."""
        first = date(1970, 1, 1) if self.days is None else self.today - timedelta(days=self.days - 1)
        return datetime.combine(first, time.min, timezone.now().tzinfo)

    def may_see(self, person: int) -> bool:
        return self.sees_people or person == self.viewer.pk


def names(people: set[int]) -> dict[int, str]:
    """What people are called; two of one name get their user names beside it."""
    users = list(User.objects.filter(pk__in=people))
    called = [str(user) for user in users]
    return {u.pk: str(u) if called.count(str(u)) == 1 else f"{u} ({u.username})" for u in users}


def days_of(rows: Sequence[Any]) -> list[str]:
    """Days as Plotly takes them."""
    return [f"{row:%Y-%m-%d}" for row in rows]
