"""From the notes of a window to the evidence that its level rests on, the same for the product and for simulations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from annotation.spans import Counts
from monitoring.drift.compare import Expected, Finding, compare, expect
from monitoring.drift.domain import tell_apart
from monitoring.drift.features import feature_named
from monitoring.drift.judging import Drift, judged
from monitoring.drift.measures import estimated_f1
from monitoring.drift.rows import NoteRow
from monitoring.policy import Kpi, Level
from monitoring.trends import ENOUGH, shift
from training.statistics import score

# With fewer notes read nothing is said of their features.
FEWEST = 50
# The KPI pools the newest windows until it has enough audited notes, and goes no further back.
POOLED = 4
# It is compared with the frozen test week after week: with 95 % each time, 3 of 50 calm half years had a false alarm.
LOOKS = 10


@dataclass(frozen=True, slots=True)
class Side:
    """Notes that were read, and the texts of some of them."""

    rows: Sequence[NoteRow]
    texts: Sequence[str]


@dataclass(frozen=True, slots=True)
class Seen:
    """What a window says beside its reference. `estimate` as :func:`estimate_of`, None with too few notes."""

    findings: Sequence[Finding]
    drifts: Sequence[Drift]
    estimate: float | None

    @property
    def levels(self) -> dict[str, Level]:
        return {drift.title: drift.level for drift in self.drifts}

    @property
    def novel(self) -> bool:
        """More words than before, by far more than chance makes, are in no note of the training data."""
        unseen = next((one for one in self.findings if one.feature.name == "unseen"), None)
        warns = any(drift.name == "unseen" and drift.level.rank >= Level.WARNING.rank for drift in self.drifts)
        return warns and unseen is not None and _rate(unseen.window) > _rate(unseen.reference)


def seen(reference: Side, window: Side, quality: float | None, expected: Sequence[Expected] | None = None) -> Seen:
    """Nothing is said with too few notes.

    `quality`: the champion's F1 by gold, on which the estimate stands. `expected`: of the reference for windows of this
    size, where it is known already.
    """
    if min(len(reference.rows), len(window.rows)) < FEWEST:
        return Seen((), (), None)
    findings = compare(expected or expect(reference.rows, len(window.rows)), window.rows)
    drifts = judged(findings, tell_apart(reference.texts, window.texts))
    return Seen(findings, drifts, estimate_of(reference.rows, window.rows, quality))


def estimate_of(reference: Sequence[NoteRow], window: Sequence[NoteRow], quality: float | None) -> float | None:
    """F1 without labels: what gold said of the champion, less how far its own estimate has fallen since."""
    if quality is None or not reference or not window:
        return None
    feature = feature_named("estimate")
    sums = [np.array([list(feature.counted(row).values()) for row in rows]).sum(axis=0) for rows in (reference, window)]
    before, now = (float(estimated_f1(one)) for one in sums)
    return float(min(1.0, max(0.0, quality - before + now)))


def kpi_of(windows: Sequence[Sequence[Counts]], enough: int, test: Sequence[Counts]) -> Kpi | None:
    """Strict F1 of the audited notes of as few of the newest windows as hold `enough`, at most POOLED.

    `windows`: the counts of each audited note, the oldest window first; `test`: of the frozen test. None without any.
    """
    pooled: list[Counts] = []
    for window in list(windows)[::-1][:POOLED]:
        pooled += window
        if len(pooled) >= enough:
            break
    if not pooled:
        return None
    figures = score(pooled)
    return Kpi(figures["f1"], figures["low"], figures["high"], len(pooled), dropped=_dropped(test, pooled))


def _dropped(test: Sequence[Counts], audited: Sequence[Counts]) -> bool:
    return min(len(test), len(audited)) >= ENOUGH and shift(test, audited, tests=LOOKS).high < 0


def _rate(sums: Sequence[float]) -> float:
    """Where the middle of the bins lies, from 0 to 1."""
    total = sum(sums)
    return sum(place * share for place, share in enumerate(sums)) / total if total else 0.0
