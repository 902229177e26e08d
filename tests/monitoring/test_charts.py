"""Figures are what Plotly takes, and hold the numbers they were given."""

from __future__ import annotations

import json
from typing import Any

import pytest
from plotly import graph_objects

from monitoring import charts
from monitoring.charts import Series

DAYS = ["2026-11-01", "2026-11-02"]
BOUNDED = Series("Anna", DAYS, [0.5, 0.75], [0.25, 0.5], [0.75, 1.0])
FIGURES = {
    "stacked": charts.stacked(DAYS, {"Label": [3, 0], "Audit": [1, 2]}, unit="notes"),
    "lines": charts.lines([BOUNDED, Series("Team", DAYS, [None, 4])], unit="notes"),
    "shares": charts.lines([BOUNDED], unit="F1", share=True),
    "band": charts.band(BOUNDED, unit="seconds", between="the middle half"),
    "dots": charts.dots(Series("Median", ["Anna", "Ben"], [12.0, 30.5], [8.0, 20.0], [15.0, 44.0]), unit="seconds"),
    "grouped": charts.grouped([Series("removed", ["DISEASE"], [0.1], [0.05], [0.2])], unit="share"),
    "no rows": charts.lines([], unit="notes"),
}


@pytest.mark.parametrize("name", FIGURES)
def test_plotly_takes_the_figure(name: str) -> None:
    figure = FIGURES[name]
    assert json.loads(json.dumps(figure)) == figure
    graph_objects.Figure(figure)  # raises on a property that Plotly does not know


@pytest.mark.parametrize("number", [1, 26, 27, 52, 104])
def test_words_below_many_cells_are_few_and_the_newest_is_among_them(number: int) -> None:
    at = [f"window {place}" for place in range(number)]
    figure = charts.heat(at, ["Length"], [[0.5] * number], [["0.50"] * number])
    graph_objects.Figure(figure)
    ticks = figure["layout"]["xaxis"].get("tickvals")
    if number <= charts.MANY:
        assert ticks is None
        return
    assert len(ticks) <= charts.TICKS
    assert ticks[-1] == at[-1]
    assert ticks == sorted(ticks, key=at.index)
    assert figure["data"][0]["x"] == at


def test_whiskers_reach_from_the_value_to_the_ends() -> None:
    bar = charts.lines([BOUNDED], unit="F1", share=True)["data"][0]["error_y"]
    assert (bar["array"], bar["arrayminus"]) == ([0.25, 0.25], [0.25, 0.25])


def test_value_that_is_not_known_leaves_a_gap() -> None:
    gap = Series("moved", ["A", "B"], [None, 0.5], [None, 0.4], [None, 0.6])
    data: dict[str, Any] = charts.grouped([gap], unit="share")["data"][0]
    assert data["x"] == [None, 0.5]
    assert data["error_x"]["array"][0] is None
