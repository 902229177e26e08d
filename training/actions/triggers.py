"""When a training starts by itself: enough new gold, settled; or the schedule. Each look leaves a record."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from annotation.actions import people
from annotation.errors import ActionError
from annotation.models import Project, User
from training import changes, holds
from training.actions.runs import start_training
from training.in_force import rules_of
from training.models import Run, TriggerRecord
from training.rules import Rules

Trigger = Run.Trigger


def look() -> list[Run]:
    """Look at every project that trains by itself; returns the runs that were started."""
    started = []
    for project in Project.objects.all():
        rules = rules_of(project)
        if rules.automatic and (run := look_at(project, rules)):
            started.append(run)
    return started


def look_at(project: Project, rules: Rules) -> Run | None:
    """Start a training when the rules say so, and record the answer either way."""
    last = Run.objects.filter(project=project, kind=Run.Kind.PIPELINE).order_by("-pk").first()
    if last is None:
        # The first training of a project is a person's decision.
        return None
    fresh = changes.fresh_since_last_snapshot(project)
    trigger = Trigger.SCHEDULE if _is_due(rules, last) and fresh else Trigger.NEW_GOLD
    if sentence := _why_not(project, rules, fresh, last, trigger):
        note(project=project, trigger=trigger, sentence=sentence, counted=fresh, needed=rules.new_gold)
        return None
    return start(project=project, trigger=trigger, by=people.system("trainer"), counted=fresh)


def _is_due(rules: Rules, last: Run) -> bool:
    return bool(rules.every_days) and last.created_at < timezone.now() - timedelta(days=rules.every_days)


def _why_not(project: Project, rules: Rules, fresh: int, last: Run, trigger: Run.Trigger) -> str:
    """Why no training starts now; empty when one does."""
    if hold := holds.standing_still(project):
        return f"Not started: automation stands still. {hold.reason}"[:300]
    if fresh < rules.new_gold and trigger == Trigger.NEW_GOLD:
        return f"Not started: {fresh} new gold notes, and {rules.new_gold} are needed."
    if Run.objects.in_work().filter(project=project, kind=Run.Kind.PIPELINE).exists():
        return f"Not started: run {last.pk} trains already."
    if changes.gold_came_after(project, timezone.now() - timedelta(minutes=rules.settle_minutes)):
        return f"Not started yet: gold is still coming in; it starts after {rules.settle_minutes} quiet minutes."
    if last.created_at > timezone.now() - timedelta(hours=rules.cooldown_hours):
        return f"Not started yet: the last training began less than {rules.cooldown_hours} hours ago."
    return ""


def note(
    *,
    project: Project,
    trigger: Run.Trigger,
    sentence: str,
    counted: int | None = None,
    needed: int | None = None,
) -> TriggerRecord:
    """Record that nothing was started. The same answer as the last one only moves that one's time."""
    latest = TriggerRecord.objects.filter(project=project).order_by("-pk").first()
    if latest and not latest.started and (latest.trigger, latest.sentence) == (trigger, sentence):
        latest.save(update_fields=["last_at"])
        return latest
    return TriggerRecord.objects.create(
        project=project, trigger=trigger, started=False, sentence=sentence, counted=counted, needed=needed
    )


def start(*, project: Project, trigger: Run.Trigger, by: User, counted: int) -> Run | None:
    """One run, also when two triggers come at once: the second one is recorded as not started."""
    try:
        with transaction.atomic():
            run = start_training(project=project, by=by, trigger=trigger, counted=counted)
    except ActionError as error:
        note(project=project, trigger=trigger, sentence=f"Not started: {error}", counted=counted)
        return None
    return run
