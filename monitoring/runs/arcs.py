"""The lines of a graph whose nodes stand in a column: which step takes what an earlier one made. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

# In units of the drawing: a row of the column, and where its dots stand.
ROW = 60
WIDTH = 48
DOT = 40


@dataclass(frozen=True, slots=True)
class Arc:
    """A line from the step `source` to the step `target`, as the path of an SVG element; `kind` is arc or chosen."""

    source: str
    target: str
    path: str
    kind: str


def arcs(names: Sequence[str], takes: Mapping[str, Sequence[str]], chosen: str) -> list[Arc]:
    """A line for each thing taken; the lines into and out of `chosen` come last, so that they lie on top."""
    place = {name: number for number, name in enumerate(names)}
    lines = [
        Arc(source, target, _path(place[source], place[target]), "chosen" if chosen in (source, target) else "arc")
        for target in names
        for source in takes.get(target, ())
        if source in place
    ]
    return sorted(lines, key=lambda line: line.kind == "chosen")


def height(names: Sequence[str]) -> int:
    return ROW * len(names)


def _path(source: int, target: int) -> str:
    """Straight down to the next row; further away in a curve, the wider the further."""
    top, bottom = ROW * source + ROW // 2, ROW * target + ROW // 2
    if target - source == 1:
        return f"M{DOT} {top}V{bottom}"
    reach = max(2, DOT - 10 - 4 * (target - source))
    return f"M{DOT} {top}C{reach} {top + ROW // 3} {reach} {bottom - ROW // 3} {DOT} {bottom}"
