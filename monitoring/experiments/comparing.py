"""Runs side by side: their differences in parameters, curves, and figures on the notes that all were scored on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from annotation.models import FACETS
from monitoring import experiment_charts as charts
from monitoring.experiments.figures import Part, percent
from monitoring.experiments.sides import Side, common_notes, scores_on
from training.paired import paired_table

ALPHA = 0.05


@dataclass(frozen=True, slots=True)
class Cell:
    """A run's F1 in a part of the notes; `badge` says better or worse where that is more than chance."""

    f1: float
    badge: str = ""
    points: float | None = None
    p: float | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A label or a slice. `tested`: it holds enough notes and gold for a test."""

    title: str
    notes: int
    entities: int
    tested: bool
    cells: list[Cell]


@dataclass(frozen=True, slots=True)
class Table:
    """What a comparison says; `reference` is the run that the others are held against in `labels` and `slices`."""

    names: list[str]
    reference: str
    notes: int
    overall: list[tuple[str, dict[str, Any]]]
    pairs: list[dict[str, Any]]
    labels: list[Line]
    slices: list[Line]
    # Groups with too few notes or too little gold for a test.
    small: list[Line]


def table_of(sides: Sequence[Side]) -> Table | None:
    """None when fewer than two were scored on the same notes."""
    notes = common_notes(sides)
    scores = scores_on(sides, notes) if notes else {}
    if len(scores) < 2:
        return None
    found = paired_table(scores, facets=FACETS)
    names, reference = found["runs"], found["reference"]
    groups = [_line(row, names) for row in found["slices"] if row["notes"]]
    pairs = [{**row, "badge": _badge(row["value"], row["p_holm"])} for row in found["pairs"]]
    return Table(
        names,
        reference,
        len(notes),
        list(found["overall"].items()),
        pairs,
        [_line(row, names) for row in found["labels"]],
        [line for line in groups if line.tested],
        [line for line in groups if not line.tested],
    )


def _line(row: dict[str, Any], names: Sequence[str]) -> Line:
    differences = row["differences"]
    cells = [_cell(row["scores"][name]["f1"], differences.get(name)) for name in names]
    tested = any(found is not None for found in differences.values())
    return Line(row["title"], row["notes"], row["entities"], tested, cells)


def _cell(f1: float, difference: dict[str, Any] | None) -> Cell:
    if difference is None:
        return Cell(f1)
    value, p = difference["value"], difference["p_holm"]
    return Cell(f1, _badge(value, p), value, p)


def _badge(value: float, p: float) -> str:
    """Better or worse, when the difference is more than chance after the correction."""
    if p > ALPHA:
        return ""
    return "better" if value > 0 else "worse"


def curves_of(sides: Sequence[Side]) -> Part:
    """F1 on the calibration notes over the updates of each run."""
    curves, rows = [], []
    for side in sides:
        # A recipe without updates never looks, and the report at the end repeats the best look.
        seen = [one for one in side.history if one.get("looks") and one.get("dev_f1") is not None]
        points = list({one["looks"]: (one["step"], one["dev_f1"]) for one in reversed(seen)}.values())[::-1]
        if points:
            curves.append(charts.Curve(side.name, [at for at, _ in points], [f1 for _, f1 in points]))
        rows += [(side.name, f"{at:,}", percent(f1)) for at, f1 in points]
    chart = charts.learning_curves(curves)
    return Part("curves", "Learning curves", chart.figure, chart.says, ("Run", "Updates", "F1, %"), rows)
