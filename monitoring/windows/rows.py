"""A measured window as rows of the database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

from monitoring.models import Measurement, Window
from monitoring.policy import Level
from monitoring.windows.measuring import Measured
from training.statistics import score

DRIFT, AUDIT, GAP = "drift", "window_audit", "gap"


def measurements(window: Window, measured: Measured) -> Iterator[Measurement]:
    """What pages show of the window: each feature, the audited notes, each group."""
    histograms = {one.feature.name: one for one in measured.seen.findings}
    for drift in measured.seen.drifts:
        finding = histograms.get(drift.name)
        bins = {"bins": finding.bins, "window": finding.window, "reference": finding.reference} if finding else {}
        figures = {name: value for name, value in asdict(drift).items() if name not in ("name", "level")}
        yield _row(window, DRIFT, drift.name, {**figures, "ratio": drift.ratio, **bins}, drift.level)
    if measured.audits:
        yield audit_row(window, measured)
    for group in measured.groups:
        unfair = any(gap.is_unfair() for gap in group.gaps)
        level = Level.WARNING if unfair else Level.OK if group.gaps else Level.INSUFFICIENT
        yield _row(window, GAP, group.part.title[:250], group.to_json(), level)


def audit_row(window: Window, measured: Measured) -> Measurement:
    """F1 of the window's own audited notes, however few: the trend shows their interval."""
    return _row(window, AUDIT, "", score([note.counts for note in measured.audits]), None)


def _row(window: Window, metric: str, feature: str, value: object, level: Level | None) -> Measurement:
    return Measurement(
        project_id=window.project_id,
        model_id=window.model_id,
        window=window,
        metric=metric,
        feature=feature,
        value=value,
        level=level.value if level else "",
    )
