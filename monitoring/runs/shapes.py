"""What a step made, ready to be shown: facts, tables, a figure. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Fact:
    """A name and its value, which is a link when `url` is set; `code`: hashes and the like."""

    name: str
    value: str
    url: str = ""
    code: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of words; the first column names the row. `numeric`: the others are figures."""

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    numeric: bool = True


@dataclass(frozen=True, slots=True)
class Made:
    """`sentences` come first; `links` are (words, address) of what lies elsewhere."""

    sentences: list[str] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)
    figure: dict[str, Any] | None = None

    @property
    def empty(self) -> bool:
        return not (self.sentences or self.facts or self.tables or self.links)


def percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.1f} %"


def interval(scores: dict[str, Any]) -> str:
    """``84.1 % (82.0 to 86.2)``."""
    return f"{percent(scores['f1'])} ({100 * scores['low']:.1f} to {100 * scores['high']:.1f})"


def number(value: float) -> str:
    """Whole numbers with commas, others with at most four digits that count."""
    return f"{value:,}" if isinstance(value, int) else f"{value:,.4g}"


def plain(value: Any) -> str:
    """A parameter's value in words; lists and objects are counted, not printed."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return number(value)
    if isinstance(value, list | tuple):
        return f"{len(value):,} values" if len(value) > 6 else ", ".join(plain(one) for one in value) or "none"
    if isinstance(value, dict):
        return f"{len(value):,} values" if len(value) > 6 else ", ".join(map(_pair, value.items())) or "none"
    return "–" if value is None else str(value)[:200]


def _pair(item: tuple[Any, Any]) -> str:
    return f"{item[0]} {plain(item[1])}"
