"""How far it is to the next training: new gold against what is needed, and the schedule."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from annotation.models import Project
from training import changes
from training.in_force import rules_of
from training.models import Run
from training.rules import Rules


@dataclass(frozen=True, slots=True)
class Outlook:
    """`last`: the newest training; `due`: when the schedule asks, None without one; `sentence`: what will happen."""

    rules: Rules
    found: changes.Changes
    last: Run | None
    due: datetime | None
    sentence: str

    @property
    def percent(self) -> int:
        return min(100, 100 * self.found.fresh // max(1, self.rules.new_gold))


def outlook(project: Project) -> Outlook:
    rules, found = rules_of(project), changes.since_last_snapshot(project)
    last = Run.objects.filter(project=project, kind=Run.Kind.PIPELINE).order_by("-pk").first()
    due = last.created_at + timedelta(days=rules.every_days) if last and rules.every_days else None
    return Outlook(rules, found, last, due, _sentence(rules, found, last))


def _sentence(rules: Rules, found: changes.Changes, last: Run | None) -> str:
    if not rules.automatic:
        return "No training starts by itself: the rules say so. People and the API can start one."
    if last is None:
        return "No training starts by itself before a person has started the first one."
    if found.fresh < rules.new_gold:
        return (
            f"{found.fresh:,} of {rules.new_gold:,} new gold notes are there; {rules.new_gold - found.fresh:,} to go."
        )
    return (
        f"There is enough new gold: a training starts once none was added for {rules.settle_minutes} minutes "
        f"and the last training began {rules.cooldown_hours} hours ago or more."
    )
