"""The sections of the page, in order."""

from __future__ import annotations

from monitoring.health import bias, business, checks, drift, freshness, quality, volume
from monitoring.health.read import Health
from monitoring.quality.section import Section

PARTS = {
    "kpi": quality.section,
    "freshness": freshness.section,
    "drift": drift.section,
    "volume": volume.section,
    "checks": checks.section,
    "bias": bias.section,
    "business": business.section,
}


def sections(health: Health) -> list[Section]:
    return [part(health) for part in PARTS.values()]


def section(health: Health, name: str) -> Section | None:
    """The one of this name; the others are not computed."""
    return PARTS[name](health) if name in PARTS else None
