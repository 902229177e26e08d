"""Where a roll-out stands: what its version did beside the champion, and what follows from that. Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from training.minutes import counts_since
from training.models import Rollout
from training.rules import Rules
from training.traffic_alarms import Alarm, Limits, Pairs, alarms
from training.traffic_counts import Counts

# Of the last minute or two: traffic is counted by minutes.
RECENT = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Standing:
    """``requests`` came to the version in the present stage, which has lasted ``seconds``."""

    canary: Counts
    champion: Counts
    alarms: list[Alarm]
    requests: int
    seconds: float

    @property
    def tripped(self) -> Alarm | None:
        return next((alarm for alarm in self.alarms if alarm.tripped), None)

    def has_passed(self, rollout: Rollout) -> bool:
        """Whether the stage lasted long enough and saw enough."""
        return self.seconds >= rollout.bake_seconds and self.requests >= rollout.minimum_requests


def standing_of(rollout: Rollout, now: datetime) -> Standing:
    canary = counts_since(rollout.deployment_id, rollout.started_at)
    champion = counts_since(rollout.champion_id, rollout.started_at)
    recent = counts_since(rollout.deployment_id, max(rollout.started_at, now - RECENT))
    pairs = Pairs(rollout.pairs.get("notes", 0), rollout.pairs.get("apart", 0))
    before = sum(stage["requests"] for stage in rollout.passed)
    return Standing(
        canary,
        champion,
        alarms(canary, champion, Limits.of(rollout.limits), recent=recent, pairs=pairs),
        canary.asked - before,
        (now - rollout.stage_started_at).total_seconds(),
    )


def limits_of(rules: Rules) -> dict[str, float]:
    """The alarms' limits by the rules in force, as a roll-out keeps them."""
    names = Limits.__slots__
    return {name: getattr(rules, f"alarm_{name}") for name in names}


def stages_of(rules: Rules) -> list[int]:
    """Shares in percent, ascending, the last of them all."""
    return sorted({max(1, round(100 * rules.canary_first)), round(100 * rules.canary_second), 100})
