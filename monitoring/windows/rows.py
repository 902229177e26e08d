"""A measured window as rows of the database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

from monitoring.drift import Drift, Seen
from monitoring.models import Measurement, Window
from monitoring.policy import Level
from monitoring.windows.measuring import Measured
from training.statistics import score

DRIFT, AUDIT, GAP, UNSEEN = "drift", "window_audit", "gap", "unseen_words"


def measurements(window: Window, measured: Measured) -> Iterator[Measurement]:
    """What pages show of the window: each feature, the audited notes, unseen words, each group."""
    for drift, value in _features(measured.seen):
        yield row(window, DRIFT, drift.name, value, drift.level)
    for metric, seen in measured.others.items():
        yield from (row(window, metric, drift.name, value, None) for drift, value in _features(seen))
    if measured.audits:
        yield audit_row(window, measured)
    if words := sum(row.words for row in measured.sample.rows):
        unseen = sum(row.unseen for row in measured.sample.rows)
        yield row(window, UNSEEN, "", {"share": unseen / words, "words": words}, None)
    for group in measured.groups:
        unfair = any(gap.is_unfair() for gap in group.gaps)
        level = Level.WARNING if unfair else Level.OK if group.gaps else Level.INSUFFICIENT
        yield row(window, GAP, group.part.title[:250], group.to_json(), level)


def _features(seen: Seen) -> Iterator[tuple[Drift, dict[str, object]]]:
    """Each with its figures, and the bins of both sides where it has any."""
    histograms = {one.feature.name: one for one in seen.findings}
    for drift in seen.drifts:
        finding = histograms.get(drift.name)
        bins = {"bins": finding.bins, "window": finding.window, "reference": finding.reference} if finding else {}
        figures = {name: value for name, value in asdict(drift).items() if name not in ("name", "level")}
        yield drift, {**figures, "ratio": drift.ratio, **bins}


def audit_row(window: Window, measured: Measured) -> Measurement:
    """F1 of the window's own audited notes, however few: the trend shows their interval."""
    return row(window, AUDIT, "", score([note.counts for note in measured.audits]), None)


def row(window: Window, metric: str, feature: str, value: object, level: Level | None) -> Measurement:
    """A measurement of the window, unsaved."""
    return Measurement(
        project_id=window.project_id,
        model_id=window.model_id,
        window=window,
        metric=metric,
        feature=feature,
        value=value,
        level=level.value if level else "",
    )
