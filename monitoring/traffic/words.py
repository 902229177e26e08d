"""Alarms and roll-outs in words, their figures with units."""

from __future__ import annotations

from training.models import Rollout
from training.traffic_alarms import LONGEST_MS, Alarm

TITLES = {
    "failed": "Requests not answered",
    "wrong": "Answers wrong in form",
    "latency": "Slow answers (p95)",
    "empty": "Notes without an entity",
    "entities": "Entities a note",
    "doubtful": "Notes with a doubtful entity",
    "disagreement": "Notes read otherwise than by the champion",
}
UNITS = {"latency": "ms", "entities": ""}
VERDICTS = {"waiting": "too few yet", "ok": "quiet", "tripped": "tripped"}
REQUESTS = ("failed", "wrong", "latency")


def figure(name: str, value: float | None) -> str:
    """A value of the alarm with its unit."""
    if value is None:
        return "–"
    if name == "latency":
        return "given up" if value >= LONGEST_MS else f"{value:,.0f} ms"
    return f"{value:.2f}" if name == "entities" else f"{100 * value:.1f} %"


def bounds(alarm: Alarm) -> str:
    """What the value may be."""
    if alarm.limit is None:
        return "–"
    if alarm.name != "entities":
        return f"at most {figure(alarm.name, alarm.limit)}"
    if alarm.usual is None:
        return "–"
    low, high = (1 - alarm.limit) * alarm.usual, (1 + alarm.limit) * alarm.usual
    return f"{low:.2f} to {high:.2f}"


def counted(alarm: Alarm) -> str:
    """How many requests or notes the value is of."""
    what = "request" if alarm.name in REQUESTS else "note"
    return f"{alarm.n:,} {what}{'' if alarm.n == 1 else 's'}"


def alarm_sentence(alarm: Alarm) -> str:
    """Why a version was taken back: the alarm, its value, its limit, and of how many."""
    value = figure(alarm.name, alarm.value)
    return f"Alarm: {TITLES[alarm.name].lower()} {value} of {counted(alarm)}; allowed {bounds(alarm)}."


def passed_sentence(rollout: Rollout) -> str:
    """Why a canary became champion."""
    shares = ", ".join(str(share) for share in rollout.stages)
    return f"It passed its stages of {shares} % of the callers without an alarm."
