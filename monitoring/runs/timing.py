"""How long something took and how long it will take, in words. Pure."""

from __future__ import annotations

from datetime import datetime

# Sooner, a guess of what is left is worth nothing.
FEWEST_SECONDS = 3.0
FEWEST_SHARE = 0.02


def words(seconds: float | None) -> str:
    """``0.4 s``, ``12 s``, ``3 min 10 s``, ``1 h 5 min``; empty for None."""
    if seconds is None:
        return ""
    if seconds < 9.95:
        return f"{max(seconds, 0):.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


def seconds_left(share: float, begun: datetime | None, now: datetime) -> float | None:
    """What is left when it goes on as fast as so far; None while that can't be told. `share` is a fraction of 1."""
    if begun is None or not FEWEST_SHARE <= share < 1:
        return None
    spent = (now - begun).total_seconds()
    return spent * (1 - share) / share if spent >= FEWEST_SECONDS else None


def lasted(begun: datetime | None, ended: datetime | None, now: datetime) -> float | None:
    """Seconds from `begun` to `ended`, or until now when it goes on; None before it began."""
    return None if begun is None else max(0.0, ((ended or now) - begun).total_seconds())
