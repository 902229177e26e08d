"""Which model answers whom: a share of the callers, always the same ones, goes to the canary or the variant."""

from __future__ import annotations

from dataclasses import dataclass

from annotation.keys import draw
from training.lanes import Lane, Served


@dataclass(frozen=True, slots=True)
class Target:
    """A deployment and the lane of its model; two deployments of one model share the lane."""

    served: Served
    lane: Lane


@dataclass(frozen=True, slots=True)
class Route:
    """Who answers in a project: the champion, and perhaps another with its share of the callers in percent."""

    champion: Target
    other: Target | None = None
    share: int = 0

    def choose(self, key: str) -> Target:
        """The same key always goes the same way; the share of a canary grows without moving those it has.

        Drawn by a keyed hash, anew for each deployment: who had the last canary need not have the next.
        """
        if self.other is None:
            return self.champion
        name = f"{self.other.served.deployment_id}:{key}"
        return self.other if draw(name, self.share / 100, kind="route") else self.champion

    @property
    def targets(self) -> list[Target]:
        return [target for target in (self.champion, self.other) if target]
