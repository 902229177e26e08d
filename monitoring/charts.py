"""Rows in, Plotly figure out: plain dictionaries of JSON values. No Django in here, and no Plotly: its script draws.

Colours, type and grid are the page's (charts.js takes them from the style sheet), so a figure looks right on a dark
screen too. Shares are fractions of 1. A value of None leaves a gap.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

Figure = dict[str, Any]
Values = Sequence[float | None]
# Lines are told apart by stroke and mark as well as by colour.
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
# So few places get a tick each, where Plotly would choose round dates between them.
FEW = 8
# With more columns than this, a figure of cells has so many words below them.
MANY, TICKS = 26, 9
MARKS = ("circle", "square", "diamond", "triangle-up", "x", "cross")


@dataclass(frozen=True, slots=True)
class Series:
    """One line or one kind of bar: a value for each place, with the ends of its interval where there is one."""

    name: str
    at: Sequence[str]
    values: Values
    low: Values = ()
    high: Values = ()


def stacked(at: Sequence[str], kinds: Mapping[str, Sequence[int]], *, unit: str) -> Figure:
    """Bars over time, a part for each kind."""
    data = [
        {"type": "bar", "name": name, "x": list(at), "y": list(counts), "hovertemplate": f"%{{y}} {unit}"}
        for name, counts in kinds.items()
    ]
    return {"data": data, "layout": {**_over_time(unit), "barmode": "stack"}}


def lines(series: Sequence[Series], *, unit: str, share: bool = False) -> Figure:
    """A line each over time, with its interval at each point where there is one."""
    data = [
        {
            "type": "scatter",
            "mode": "lines+markers",
            "name": one.name,
            "x": list(one.at),
            "y": list(one.values),
            "line": {"dash": DASHES[place % len(DASHES)]},
            "marker": {"symbol": MARKS[place % len(MARKS)]},
            "hovertemplate": "%{y:.1%}" if share else f"%{{y}} {unit}",
            **whiskers("error_y", one),
        }
        for place, one in enumerate(series)
    ]
    layout = _over_time(unit)
    places = sorted({place for one in series for place in one.at})
    if len(places) <= FEW:
        layout["xaxis"] |= {"tickvals": places, "tickformat": "%-d %b"}
    if share:
        layout["yaxis"] |= {"tickformat": ".0%"}
        layout["yaxis"].pop("rangemode")
    return {"data": data, "layout": layout}


def band(one: Series, *, unit: str, between: str) -> Figure:
    """A line over time in the band from `low` to `high`; `between` says what the band is."""
    edge = {"type": "scatter", "mode": "lines", "line": {"width": 0}, "x": list(one.at), "hoverinfo": "skip"}
    middle = {
        "type": "scatter",
        "mode": "lines+markers",
        "name": one.name,
        "x": list(one.at),
        "y": list(one.values),
        "customdata": [list(pair) for pair in zip(one.low, one.high, strict=True)],
        "hovertemplate": f"%{{y}} {unit}, {between} %{{customdata[0]}} to %{{customdata[1]}}",
    }
    low = {**edge, "y": list(one.low), "showlegend": False}
    high = {**edge, "y": list(one.high), "fill": "tonexty", "name": between}
    return {"data": [low, high, middle], "layout": _over_time(unit)}


def heat(at: Sequence[str], rows: Sequence[str], values: Sequence[Values], said: Sequence[Sequence[str]]) -> Figure:
    """A cell for each row and place, from quiet over 1, where it begins to matter, to 3 and more."""
    cells = [[None if value is None else min(value, 3.0) for value in row] for row in values]
    data = {
        "type": "heatmap",
        "x": list(at),
        "y": list(rows),
        "z": cells,
        "text": [list(row) for row in said],
        "zmin": 0,
        "zmax": 3,
        "xgap": 2,
        "ygap": 2,
        "hoverongaps": False,
        "hovertemplate": "%{y}, to %{x}: %{text}<extra></extra>",
        "showscale": False,
    }
    layout = by_name("", len(rows))
    layout["xaxis"] = {"type": "category"}
    if len(at) > MANY:
        # So few words that they do not meet; the newest place has its own.
        layout["xaxis"]["tickvals"] = list(at)[:: -ceil(len(at) / TICKS)][::-1]
        data["xgap"] = 1
    layout["height"] = 90 + 24 * len(rows)
    return {"data": [data], "layout": layout}


def with_marks(figure: Figure, marks: Sequence[tuple[str, str]]) -> Figure:
    """Upright lines at times, each with its words."""
    shapes = [
        {"type": "line", "x0": at, "x1": at, "y0": 0, "y1": 1, "yref": "paper", "line": {"dash": "dot", "width": 1}}
        for at, _ in marks
    ]
    words = [
        {"x": at, "y": 0, "yref": "paper", "yanchor": "bottom", "xanchor": "left", "text": text, "showarrow": False}
        for at, text in marks
    ]
    return {**figure, "layout": {**figure["layout"], "shapes": shapes, "annotations": words}}


def dots(one: Series, *, unit: str) -> Figure:
    """A row for each name: the value with its interval, side by side on one scale."""
    data = {
        "type": "scatter",
        "mode": "markers",
        "name": one.name,
        "x": list(one.values),
        "y": list(one.at),
        "marker": {"size": 9},
        "hovertemplate": f"%{{x}} {unit}",
        **whiskers("error_x", one),
    }
    return {"data": [data], "layout": by_name(unit, len(one.at))}


def grouped(series: Sequence[Series], *, unit: str) -> Figure:
    """Horizontal bars of shares: for each name one of each kind, with its interval."""
    data = [
        {
            "type": "bar",
            "orientation": "h",
            "name": one.name,
            "x": list(one.values),
            "y": list(one.at),
            "hovertemplate": "%{x:.1%}",
            **whiskers("error_x", one),
        }
        for one in series
    ]
    layout = by_name(unit, sum(len(one.at) for one in series) // 2)
    layout["xaxis"] |= {"tickformat": ".0%"}
    return {"data": data, "layout": {**layout, "barmode": "group"}}


def whiskers(side: str, one: Series) -> dict[str, Any]:
    """A trace's error bars, `side` error_x or error_y, to the ends of the interval; none where the series has none."""
    if not one.low:
        return {}
    up = [_gap(high, value) for high, value in zip(one.high, one.values, strict=True)]
    down = [_gap(value, low) for value, low in zip(one.values, one.low, strict=True)]
    return {side: {"type": "data", "symmetric": False, "array": up, "arrayminus": down, "thickness": 1.5, "width": 4}}


def _gap(high: float | None, low: float | None) -> float | None:
    return None if high is None or low is None else max(0.0, high - low)


def _over_time(unit: str) -> dict[str, Any]:
    return {
        "xaxis": {"type": "date", "tickformat": "%-d %b\n%Y", "hoverformat": "%-d %b %Y"},
        "yaxis": {"title": {"text": unit}, "rangemode": "tozero"},
        "hovermode": "x unified",
        "height": 320,
    }


def by_name(unit: str, rows: int) -> dict[str, Any]:
    """The layout of a figure with a row for each name, the first at the top."""
    return {
        "xaxis": {"title": {"text": unit}, "rangemode": "tozero"},
        "yaxis": {"type": "category", "autorange": "reversed", "automargin": True},
        "hovermode": "closest",
        "height": 150 + 34 * rows,
    }
