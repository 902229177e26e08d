"""Figures of training and experiments: rows in, Plotly figure out, with the sentence that says what it shows.

As in charts.py: plain dictionaries of JSON values, colours and type are the page's, shares are fractions of 1. A chart
without rows has no figure, and its sentence says what there would have to be.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from monitoring.charts import DASHES, MARKS, Figure, Series, by_name, dots, whiskers
from training.statistics import wilson

# A curve that gained less than this over its last third is flat.
FLAT = 0.005
LOW_ECE = 0.03


@dataclass(frozen=True, slots=True)
class Chart:
    """A figure and what it says."""

    figure: Figure | None
    says: str


@dataclass(frozen=True, slots=True)
class Curve:
    """F1 of one run at each place: the updates done, or the notes trained on. None leaves a gap."""

    name: str
    at: Sequence[float]
    f1: Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the leaderboard."""

    name: str
    f1: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Trial:
    """One trial of a tuning; `value` is None unless it is complete. `state`: complete, pruned, failed, running."""

    number: int
    value: float | None
    state: str = "complete"


def reliability(bins: Sequence[Mapping[str, float]], *, ece: float | None) -> Chart:
    """Confidence against the share that is right: one point for each bin {n, confidence, accuracy}, with its interval.

    The whiskers are Wilson's; on the diagonal confidence is what it says.
    """
    if not bins or ece is None:
        return Chart(None, "No entity was found on the calibration notes, so there is no confidence to look at.")
    ranges = [wilson(round(b["accuracy"] * b["n"]), round(b["n"])) for b in bins]
    right = [b["accuracy"] for b in bins]
    # Wilson's interval of a rounded count may end a hair before the share itself.
    one = Series("Entities found", [], right, [r.low for r in ranges], [r.high for r in ranges])
    points = {
        **_line(one.name, [b["confidence"] for b in bins], right, 0, mode="markers"),
        "customdata": [[round(b["n"])] for b in bins],
        "hovertemplate": "confidence %{x:.1%}: right %{y:.1%} of %{customdata[0]} entities",
        **whiskers("error_y", one),
    }
    ideal = {**_line("Confidence is right", [0, 1], [0, 1], 1, mode="lines"), "hoverinfo": "skip"}
    layout = _layout("confidence", "share that is right")
    layout["xaxis"] |= {"tickformat": ".0%", "range": [-0.02, 1.02]}
    layout["yaxis"] |= {"tickformat": ".0%", "range": [-0.02, 1.02]}
    return Chart({"data": [points, ideal], "layout": layout}, _reliability_says(bins, ece))


def _reliability_says(bins: Sequence[Mapping[str, float]], ece: float) -> str:
    total = sum(b["n"] for b in bins)
    lean = sum(b["n"] * (b["confidence"] - b["accuracy"]) for b in bins) / total
    word = "as sure as it should be" if abs(lean) < LOW_ECE else "surer than it should be" if lean > 0 else "too modest"
    sentence = f"Confidence is off by {100 * ece:.1f} points on average (ECE) over {round(total):,} entities"
    return f"{sentence}; the model is {word}."


def learning_curves(curves: Sequence[Curve], *, unit: str = "updates") -> Chart:
    """F1 over `unit`, a line for each run."""
    known = [curve for curve in curves if any(value is not None for value in curve.f1)]
    if not known:
        return Chart(None, f"No F1 was measured over {unit} yet.")
    data = [
        {**_line(curve.name, curve.at, curve.f1, place), "hovertemplate": "%{y:.1%}"}
        for place, curve in enumerate(known)
    ]
    layout = {**_layout(unit, "F1"), "hovermode": "x unified"}
    layout["yaxis"] |= {"tickformat": ".0%"}
    return Chart({"data": data, "layout": layout}, " ".join(_curve_says(curve, unit) for curve in known))


def _curve_says(curve: Curve, unit: str) -> str:
    points = [(at, value) for at, value in zip(curve.at, curve.f1, strict=True) if value is not None]
    at, value = max(points, key=lambda point: (point[1], -point[0]))
    says = f"{curve.name} is best after {at:,.0f} {unit}, with {100 * value:.1f} %"
    before = [one for _, one in points[: -max(1, len(points) // 3)]]
    if not before:
        return f"{says}."
    return f"{says}; it {'is still rising' if value - max(before) > FLAT else 'has levelled off'}."


def leaderboard(entries: Sequence[Entry]) -> Chart:
    """A row for each run, the best first, with the interval of its F1."""
    if not entries:
        return Chart(None, "No run has been evaluated yet.")
    rows = sorted(entries, key=lambda entry: (-entry.f1, entry.name))
    one = Series("F1", [r.name for r in rows], [r.f1 for r in rows], [r.low for r in rows], [r.high for r in rows])
    figure = dots(one, unit="F1")
    figure["data"][0]["hovertemplate"] = "%{x:.1%}"
    figure["layout"]["xaxis"] = {"title": {"text": "F1"}, "tickformat": ".0%"}
    return Chart(figure, _leaderboard_says(rows))


def _leaderboard_says(rows: Sequence[Entry]) -> str:
    first, near = rows[0], sum(row.high >= rows[0].low for row in rows[1:])
    says = f"{first.name} leads with {100 * first.f1:.1f} % ({100 * first.low:.1f} to {100 * first.high:.1f})"
    if len(rows) == 1:
        return f"{says}."
    if not near:
        return f"{says}; its interval lies above all others."
    reach = "its interval reaches" if near == 1 else "their intervals reach"
    return f"{says}; {near} of {len(rows) - 1} others may be as good, as {reach} into its own: compare them in pairs."


def parameter_importance(shares: Mapping[str, float]) -> Chart:
    """A bar for each setting: the share of the differences between trials that it explains."""
    if not shares:
        return Chart(None, "Too few trials with different settings are complete to say which setting matters.")
    rows = sorted(shares.items(), key=lambda row: (-row[1], row[0]))
    bars = {
        "type": "bar",
        "orientation": "h",
        "name": "Importance",
        "x": [share for _, share in rows],
        "y": [name for name, _ in rows],
        "hovertemplate": "%{x:.0%}",
    }
    layout = by_name("share of the differences between trials", len(rows))
    layout["xaxis"] |= {"tickformat": ".0%"}
    name, share = rows[0]
    return Chart(
        {"data": [bars], "layout": layout}, f"{name} explains {100 * share:.0f} % of the differences between trials."
    )


def optimisation_history(trials: Sequence[Trial]) -> Chart:
    """A point for each complete trial, and the best value so far (the largest); trials without value are counted."""
    done = [(trial.number, trial.value) for trial in sorted(trials, key=lambda t: t.number) if trial.value is not None]
    if not done:
        return Chart(None, "No trial is complete yet.")
    numbers, values = zip(*done, strict=True)
    best = [max(values[: place + 1]) for place in range(len(values))]
    points = {**_line("Trials", numbers, values, 0, mode="markers"), "hovertemplate": "trial %{x}: %{y:.1%}"}
    so_far = {**_line("Best so far", numbers, best, 1, mode="lines"), "hoverinfo": "skip"}
    so_far["line"] |= {"shape": "hv"}
    layout = _layout("trial", "F1")
    layout["xaxis"] |= {"tickformat": "d"}
    layout["yaxis"] |= {"tickformat": ".0%"}
    return Chart({"data": [points, so_far], "layout": layout}, _history_says(trials, done))


def _history_says(trials: Sequence[Trial], done: Sequence[tuple[int, float]]) -> str:
    number, value = max(done, key=lambda row: (row[1], -row[0]))
    since = sum(other > number for other, _ in done)
    ended = [f"{count} {word}" for word in ("pruned", "failed") if (count := sum(t.state == word for t in trials))]
    words = f"Trial {number} is best with {100 * value:.1f} %"
    words += f"; none of the {since} complete ones after it was better" if since else "; it is the latest complete one"
    return words + (f" ({', '.join(ended)})." if ended else ".")


def _line(
    name: str, at: Sequence[float], values: Sequence[float | None], place: int, *, mode: str = "lines+markers"
) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": mode,
        "name": name,
        "x": list(at),
        "y": list(values),
        "line": {"dash": DASHES[place % len(DASHES)]},
        "marker": {"symbol": MARKS[place % len(MARKS)], "size": 8},
    }


def _layout(across: str, up: str) -> dict[str, Any]:
    return {
        "xaxis": {"title": {"text": across}},
        "yaxis": {"title": {"text": up}},
        "hovermode": "closest",
        "height": 320,
    }
