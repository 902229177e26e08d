"""The alarms of a canary: what it does beside what the champion did for the others in the same time. No Django.

Shares are fractions of 1, times are milliseconds. An alarm trips on evidence that holds however often it is asked
(``traffic_evidence``); alpha is for all alarms of a roll-out together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from math import log
from typing import Any, NamedTuple

from training.statistics import wilson
from training.traffic_counts import EDGES, Counts
from training.traffic_evidence import mean_interval, share_evidence

ALPHA = 0.01
# The last minute or two are judged by themselves too, so that a canary which turns bad late is seen as fast: each such
# look has this part of an alarm's alpha, enough for two hundred of them.
RECENT = 1 / 200
# Fewer say nothing, whatever they are: requests of the canary, its notes; notes of the champion; notes for a mean.
LEAST_REQUESTS, LEAST_NOTES, LEAST_USUAL, LEAST_MEAN = 5, 8, 30, 50
# Who waits less than this does not notice. What took longer than the last class ended by the time-out of a request.
UNNOTICED_MS, LONGEST_MS = 100.0, 30_000.0
LATE = 0.05


@dataclass(frozen=True, slots=True)
class Limits:
    """What each alarm bears. ``latency``: times the champion's p95; ``entities``: share more or fewer than its mean.

    ``empty`` and ``doubtful`` are points above the champion's share.
    """

    failed: float = 0.02
    wrong: float = 0.01
    latency: float = 2.0
    empty: float = 0.2
    entities: float = 0.3
    doubtful: float = 0.15
    disagreement: float = 0.3

    @classmethod
    def of(cls, values: Mapping[str, float]) -> Limits:
        return cls(**values)


NAMES = tuple(Limits.__slots__)


class Pairs(NamedTuple):
    """Notes that canary and champion both read, and those of them that they read quite differently."""

    notes: int = 0
    apart: int = 0


NO_PAIRS = Pairs()


@dataclass(frozen=True, slots=True)
class Alarm:
    """``verdict``: waiting (too little to say), ok, or tripped. ``usual`` is the champion's value, ``n`` the canary's
    requests or notes."""

    name: str
    verdict: str
    n: int
    value: float | None
    limit: float | None
    usual: float | None = None

    @property
    def tripped(self) -> bool:
        return self.verdict == "tripped"

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class _Share:
    hits: int
    n: int
    limit: float | None
    least: int = LEAST_NOTES

    def verdict(self, alpha: float) -> str:
        if self.n < self.least or self.limit is None:
            return "waiting"
        return "tripped" if self.limit < 1 and share_evidence(self.hits, self.n, self.limit) >= log(1 / alpha) else "ok"


def alarms(
    canary: Counts, champion: Counts, limits: Limits, *, recent: Counts | None = None, pairs: Pairs = NO_PAIRS
) -> list[Alarm]:
    """Each alarm of the roll-out so far; one that trips on the `recent` part alone tells that part's figures."""
    each = ALPHA / len(NAMES) / 2
    whole = _alarms(canary, champion, limits, pairs, each)
    late = _alarms(recent, champion, limits, NO_PAIRS, each * RECENT) if recent else whole
    return [new if new.tripped and not old.tripped else old for old, new in zip(whole, late, strict=True)]


def _alarms(canary: Counts, champion: Counts, limits: Limits, pairs: Pairs, alpha: float) -> list[Alarm]:
    notes = canary.documents
    return [
        _of_share("failed", _Share(canary.failed, canary.asked, limits.failed, LEAST_REQUESTS), alpha),
        _of_share("wrong", _Share(canary.wrong, canary.asked, limits.wrong, LEAST_REQUESTS), alpha),
        _latency(canary, champion, limits.latency, alpha),
        _beside(
            "empty", _Share(canary.empty, notes, limits.empty), _Share(champion.empty, champion.documents, 0), alpha
        ),
        _entities(canary, champion, limits.entities, alpha),
        _beside(
            "doubtful",
            _Share(canary.unsure, notes, limits.doubtful),
            _Share(champion.unsure, champion.documents, 0),
            alpha,
        ),
        _of_share("disagreement", _Share(pairs.apart, pairs.notes, limits.disagreement), alpha),
    ]


def _of_share(name: str, share: _Share, alpha: float, usual: float | None = None) -> Alarm:
    value = share.hits / share.n if share.n else None
    return Alarm(name, share.verdict(alpha), share.n, value, share.limit, usual)


def _beside(name: str, own: _Share, usual: _Share, alpha: float) -> Alarm:
    """The limit lies above the most that the champion's share may be."""
    if usual.n < LEAST_USUAL:
        return _of_share(name, _Share(own.hits, own.n, None), alpha)
    limit = min(1.0, wilson(usual.hits, usual.n).high + (own.limit or 0.0))
    return _of_share(name, _Share(own.hits, own.n, limit), alpha, usual.hits / usual.n)


def _latency(canary: Counts, champion: Counts, times: float, alpha: float) -> Alarm:
    """p95 is above a time when more than one request in twenty takes longer; one given up took longer than any."""
    n = canary.requests + canary.slow
    usual, value = quantile(champion.latencies, 0.95), _with_slow(canary)
    if champion.requests < LEAST_USUAL or usual is None:
        return Alarm("latency", "waiting", n, value, None, usual)
    wanted = max(UNNOTICED_MS, times * _edge_at(usual))
    limit = next((float(edge) for edge in EDGES if edge >= wanted), LONGEST_MS)
    late = canary.slow + sum(count for name, count in canary.latencies.items() if edge_of(name) > limit)
    return Alarm("latency", _Share(late, n, LATE, LEAST_REQUESTS).verdict(alpha), n, value, limit, usual)


def _with_slow(counts: Counts) -> float | None:
    """The p95 of all; what was given up lies beyond everything that was answered."""
    rank = 0.95 * (counts.requests + counts.slow)
    return LONGEST_MS if rank > counts.requests else quantile(counts.latencies, rank / max(1, counts.requests))


def _entities(canary: Counts, champion: Counts, limit: float, alpha: float) -> Alarm:
    n, value, usual = canary.documents, mean_entities(canary), mean_entities(champion)
    if n < LEAST_MEAN or champion.documents < LEAST_MEAN:
        return Alarm("entities", "waiting", n, value, limit, usual)
    # A canary that always finds as many has no spread to judge by: then the champion's.
    spread = max(_variance(canary), _variance(champion))
    own = mean_interval(n, value or 0.0, spread, alpha / 2)
    its = mean_interval(champion.documents, usual or 0.0, _variance(champion), alpha / 2)
    tripped = own.low > (1 + limit) * its.high or own.high < (1 - limit) * its.low
    return Alarm("entities", "tripped" if tripped else "ok", n, value, limit, usual)


def mean_entities(counts: Counts) -> float | None:
    """Entities a note; None without notes."""
    return counts.entities / counts.documents if counts.documents else None


def _variance(counts: Counts) -> float:
    n = counts.documents
    return max(0.0, counts.entities_squared - counts.entities**2 / n) / (n - 1) if n > 1 else 0.0


def edge_of(name: str) -> float:
    """The upper edge of a class of latencies."""
    return LONGEST_MS if name == "more" else float(name)


def quantile(latencies: Mapping[str, int], share: float) -> float | None:
    """The time within which `share` of the requests were answered: within its class by straight line."""
    total = sum(latencies.values())
    if not total:
        return None
    below, low = 0, 0.0
    for name in sorted(latencies, key=edge_of):
        count, high = latencies[name], edge_of(name)
        if count and below + count >= share * total:
            low = max((float(edge) for edge in EDGES if edge < high), default=0.0)
            return low + (high - low) * (share * total - below) / count
        below += count
    return LONGEST_MS


def _edge_at(milliseconds: float) -> float:
    return next((float(edge) for edge in EDGES if edge >= milliseconds), LONGEST_MS)
