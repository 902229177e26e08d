"""The level of a champion: what its windows say, by rules that know how much was seen. Source: ``mlops.md`` E4."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from math import isfinite
from typing import Any

from monitoring.policy.values import Values


class Level(StrEnum):
    NO_BASELINE = "no_baseline"
    INSUFFICIENT = "insufficient"
    OK = "ok"
    WARNING = "warning"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        return list(Level).index(self)


# How many windows are looked at, how many of them must agree, and how many clean ones lower the level.
LOOKED_AT, AGREE, CLEAN = 3, 2, 2


@dataclass(frozen=True, slots=True)
class Kpi:
    """Strict F1 of audited notes with its 95 % interval; `dropped`: significantly below the frozen test's, paired.

    Raises ValueError for what is no number, as Share and Evidence do.
    """

    value: float
    low: float
    high: float
    notes: int
    dropped: bool = False

    def __post_init__(self) -> None:
        _require_numbers(self.value, self.low, self.high)


@dataclass(frozen=True, slots=True)
class Share:
    """A share and of how many."""

    value: float
    n: int

    def __post_init__(self) -> None:
        _require_numbers(self.value)


@dataclass(frozen=True, slots=True)
class Reference:
    """What a champion is held against: notes in it, and the days that it has served."""

    notes: int
    days: float

    def is_full(self, values: Values) -> bool:
        return self.notes >= values.reference_notes or self.days >= values.reference_days


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was measured in one window.

    `drift`: the level of each feature, which has magnitude and significance in it already. `estimate`: F1 without
    labels. `novel`: more unseen words than in 95 % of the reference. `gaps`: groups whose gap to the rest lies outside
    the allowed range with its whole interval. Shares are None where nothing was counted.
    """

    answers: int
    kpi: Kpi | None = None
    drift: Mapping[str, Level] = field(default_factory=dict)
    estimate: float | None = None
    novel: bool = False
    gaps: tuple[str, ...] = ()
    failed: Share | None = None
    empty: Share | None = None
    unusable: Share | None = None

    def __post_init__(self) -> None:
        if self.estimate is not None:
            _require_numbers(self.estimate)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Evidence:
        """What :meth:`to_json` made."""
        shares = {name: Share(**kept[name]) if kept[name] else None for name in ("failed", "empty", "unusable")}
        kpi = Kpi(**kept["kpi"]) if kept["kpi"] else None
        drift = {name: Level(level) for name, level in kept["drift"].items()}
        return cls(**{**kept, **shares, "kpi": kpi, "drift": drift, "gaps": tuple(kept["gaps"])})


def _require_numbers(*values: float) -> None:
    if not all(isfinite(value) for value in values):
        raise ValueError(f"A figure is {', '.join(map(str, values))}, which is no number; leave it out instead.")


@dataclass(frozen=True, slots=True)
class Reason:
    """Why: the rule, the level it stands for, and a sentence with value, threshold and n."""

    rule: str
    level: Level
    sentence: str


@dataclass(frozen=True, slots=True)
class Judged:
    level: Level
    reasons: tuple[Reason, ...] = ()


def judge(
    windows: Sequence[Evidence], values: Values, reference: Reference, standing: Level = Level.NO_BASELINE
) -> Judged:
    """The level after the newest of `windows` (the oldest first), and why.

    It rises at once and falls when two windows in a row are cleaner than it, which takes windows that say something.
    """
    if not windows:
        return Judged(Level.NO_BASELINE)
    now = _raw(windows, values, reference)
    if now.level.rank >= standing.rank or standing.rank < Level.WARNING.rank:
        return now
    before = _raw(windows[:-1], values, reference) if windows[:-1] else Judged(standing)
    # What both say: the graver of the two.
    both = max(now, before, key=lambda judged: judged.level.rank)
    if min(now.level.rank, before.level.rank) < Level.OK.rank or both.level.rank >= standing.rank:
        held = Reason("held", standing, f"The level stays until {CLEAN} windows in a row are below it.")
        return Judged(standing, (held, *now.reasons))
    return both


def _raw(windows: Sequence[Evidence], values: Values, reference: Reference) -> Judged:
    """What the windows say, whatever was said before."""
    newest = windows[-1]
    if out := tuple(outages(newest, values)):
        return Judged(Level.CRITICAL, out)
    full = reference.is_full(values)
    enough = newest.answers >= values.window_notes
    # The KPI knows by itself how many notes it needs, and needs no reference.
    found = (*_quality(newest, values), *(_drift(windows, values) if enough and full else ()))
    if reasons := tuple(sorted(found, key=lambda one: -one.level.rank)):
        return Judged(reasons[0].level, reasons)
    if not full:
        quiet = () if enough else tuple(one for one in _too_little(windows, values) if one.rule == "quiet")
        return Judged(Level.NO_BASELINE, (_no_baseline(values, reference), *quiet))
    return Judged(Level.OK) if enough else Judged(Level.INSUFFICIENT, tuple(_too_little(windows, values)))


def _no_baseline(values: Values, reference: Reference) -> Reason:
    have = f"{reference.notes:,} notes and {reference.days:.0f} days"
    need = f"{values.reference_notes:,} notes or {values.reference_days} days"
    return Reason("no_baseline", Level.NO_BASELINE, f"The reference has {have}; it needs {need}.")


def _too_little(windows: Sequence[Evidence], values: Values) -> Iterator[Reason]:
    quiet = 0
    for window in reversed(windows):
        if window.answers >= values.window_notes:
            break
        quiet += 1
    said = f"{windows[-1].answers:,} answers are too few to say anything; {values.window_notes:,} are needed."
    yield Reason("too_little", Level.INSUFFICIENT, said)
    if quiet * values.window_days > values.quiet_days:
        said = f"For {quiet * values.window_days} days there were too few answers; look whether the notes still come."
        yield Reason("quiet", Level.WARNING, said)


def outages(newest: Evidence, values: Values) -> Iterator[Reason]:
    """One window is enough: nobody waits a week for these."""
    for rule, share, most, what in (
        ("failed", newest.failed, values.outage_failed, "requests failed"),
        ("empty", newest.empty, values.outage_empty, "answers were empty"),
        ("format", newest.unusable, values.format_failures, "inputs could not be read as notes"),
    ):
        if share and share.n >= values.outage_notes and share.value > most:
            said = f"{share.value:.1%} of {share.n:,} {what}; {most:.1%} is the most allowed."
            yield Reason(rule, Level.CRITICAL, said)


def _quality(newest: Evidence, values: Values) -> Iterator[Reason]:
    kpi = newest.kpi
    if kpi and kpi.notes >= values.audited_notes:
        told = f"F1 {kpi.value:.3f} ({kpi.low:.3f} to {kpi.high:.3f}) on {kpi.notes:,} audited notes"
        if kpi.high < values.floor:
            yield Reason("kpi_floor", Level.CRITICAL, f"{told} lies wholly below the floor {values.floor:.3f}.")
        elif kpi.low < values.target and kpi.dropped:
            said = f"{told} may be below the target {values.target:.3f} and fell against the frozen test."
            yield Reason("kpi_target", Level.WARNING, said)
    for group in newest.gaps:
        said = f"The gap of {group} to the rest is outside ±{values.group_gap:.2f} with its whole interval."
        yield Reason("gap", Level.WARNING, said)


def _drift(windows: Sequence[Evidence], values: Values) -> Iterator[Reason]:
    # A window with too few answers says neither that there is drift nor that there is none.
    recent = [window for window in windows[-LOOKED_AT:] if window.answers >= values.window_notes]
    harm = _harm(windows[-1], values)
    for feature in sorted({name for window in recent for name in window.drift}):
        seen = [window.drift.get(feature, Level.INSUFFICIENT) for window in recent]
        grave, warned = seen.count(Level.CRITICAL), sum(level.rank >= Level.WARNING.rank for level in seen)
        times = f"in {warned} of the last {len(windows[-LOOKED_AT:])} windows"
        if grave >= AGREE and harm:
            yield Reason("drift_harm", Level.CRITICAL, f"{feature} drifted far {times}, and {harm}.")
        elif warned >= AGREE:
            yield Reason("drift", Level.WARNING, f"{feature} drifted {times}.")
    low = [window.estimate for window in recent if window.estimate is not None and window.estimate < values.floor]
    if len(low) >= AGREE:
        said = f"F1 without labels was estimated below the floor {values.floor:.3f} {len(low)} times."
        yield Reason("estimate", Level.WARNING, said)


def _harm(newest: Evidence, values: Values) -> str:
    """A sign that the drift hurts; without one it is a change of the world, and a new clinic is no fault."""
    kpi = newest.kpi
    if kpi and kpi.notes >= values.audited_notes and kpi.value < values.target:
        return f"F1 on audited notes is {kpi.value:.3f}, below the target {values.target:.3f}"
    if newest.estimate is not None and newest.estimate < values.floor:
        return f"F1 without labels is estimated at {newest.estimate:.3f}, below the floor {values.floor:.3f}"
    return "more words are new than in 95 % of the reference" if newest.novel else ""
