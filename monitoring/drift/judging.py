"""Findings to levels: significant after correction for the number of features, and large enough to matter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from monitoring.drift.compare import Finding
from monitoring.drift.domain import Told
from monitoring.policy import Level
from training.statistics import benjamini_hochberg

# The share of false ones among what is called drift (Benjamini and Hochberg 1995).
MOST_FALSE = 0.01
DOMAIN = "domain"


@dataclass(frozen=True, slots=True)
class Drift:
    """One feature's part in a window's level. `ratio`: its value over where it warns, for a colour."""

    name: str
    title: str
    kind: str
    measure: str
    value: float
    warns_from: float
    grave_from: float
    p: float
    q: float
    level: Level

    @property
    def ratio(self) -> float:
        return self.value / self.warns_from if self.warns_from else 0.0


def judged(findings: Sequence[Finding], told: Told | None = None) -> list[Drift]:
    """Each finding with its level, the domain classifier's last when there is one."""
    ps = [one.p for one in findings] + ([told.p] if told else [])
    if not ps:
        return []
    qs = benjamini_hochberg(ps)
    drifts = [
        Drift(
            one.feature.name,
            one.feature.title,
            one.feature.kind,
            one.feature.measure,
            one.value,
            one.warns_from,
            one.grave_from,
            one.p,
            q,
            _level(one.value, one.warns_from, one.grave_from, q),
        )
        for one, q in zip(findings, qs, strict=False)
    ]
    if told:
        level = _level(told.auc, told.warns_from, told.grave_from, qs[-1])
        figures = (told.auc, told.warns_from, told.grave_from, told.p, qs[-1])
        drifts.append(Drift(DOMAIN, "Told apart by text", "input", "AUC", *figures, level))
    return drifts


def _level(value: float, warns_from: float, grave_from: float, q: float) -> Level:
    if q >= MOST_FALSE or value < warns_from:
        return Level.OK
    return Level.CRITICAL if value >= grave_from else Level.WARNING
