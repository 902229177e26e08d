"""The curve of a training: loss and F1 on the calibration notes against updates. Pure; as monitoring/charts.py."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from monitoring.charts import Figure
from monitoring.runs.shapes import Table, number, percent

History = Sequence[Mapping[str, Any]]
# A table for people: a long training's history is thinned to so many rows; the figure has every point.
ROWS = 40


def looks(history: History) -> list[Mapping[str, Any]]:
    """The points at which F1 was measured; of two at one update the last, which is of the model that was kept."""
    return list({point["step"]: point for point in history if point.get("dev_f1") is not None}.values())


def figure(history: History) -> Figure | None:
    """None with fewer than two points: that is no curve."""
    seen = looks(history)
    if len(seen) < 2:
        return None
    at = [point["step"] for point in seen]
    lines = [
        _line("F1 on calibration notes", at, [point["dev_f1"] for point in seen], "y", "solid", "%{y:.1%}"),
        _line("Loss", at, [point["loss"] for point in seen], "y2", "dot", "%{y:.4~g}"),
    ]
    layout = {
        "xaxis": {"title": {"text": "updates"}},
        "yaxis": {"title": {"text": "F1"}, "tickformat": ".0%", "range": [0, 1]},
        "yaxis2": {"title": {"text": "loss"}, "overlaying": "y", "side": "right", "showgrid": False},
        "hovermode": "x unified",
        "height": 320,
        "margin": {"r": 56},
    }
    return {"data": lines, "layout": layout}


def _line(name: str, at: list[int], values: list[float], axis: str, dash: str, hover: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": name,
        "x": at,
        "y": values,
        "yaxis": axis,
        "line": {"dash": dash},
        "hovertemplate": hover,
    }


def table(history: History) -> Table | None:
    seen = looks(history)
    if not seen:
        return None
    every = -(-len(seen) // ROWS)
    kept = [point for number, point in enumerate(seen) if number % every == 0 or number == len(seen) - 1]
    rows = [[f"{point['step']:,}", percent(point["dev_f1"]), number(point["loss"])] for point in kept]
    return Table("Its figures", ("Update", "F1 on calibration notes", "Loss"), rows)
