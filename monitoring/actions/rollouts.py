"""Roll-outs are judged by the clock and decided about by people; what is decided and its record are one.

The judge acts as the policy: it takes a canary back on an alarm, lets it go on when a stage is passed, and makes it
champion after the last. Two judges at once do no harm: each step is a guarded update, and who is second does nothing.
"""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from annotation.actions import people
from annotation.errors import ActionError
from annotation.models import User
from monitoring.actions.record import record
from monitoring.models import Decision
from monitoring.traffic.words import alarm_sentence, passed_sentence
from training import rollouts
from training.actions import rollouts as actions
from training.actions import split_tests
from training.actions.models import need_reason
from training.actions.rollout_ends import close
from training.models import Deployment, Rollout
from training.rollouts import Standing
from training.traffic_alarms import Alarm

Kind, Status, Verb = Rollout.Kind, Rollout.Status, Decision.Verb
logger = logging.getLogger(__name__)


def watch(now: datetime | None = None) -> None:
    """Judge every roll-out that answers callers."""
    for rollout in Rollout.objects.running().answering().with_models():
        try:
            judge(rollout, now or timezone.now())
        except (ActionError, ValueError, KeyError) as error:
            # One project's trouble leaves no other's canary without a judge.
            logger.error("roll-out %s can't be judged: %s", rollout.pk, type(error).__name__, exc_info=error)


def judge(rollout: Rollout, now: datetime) -> None:
    """Take back, go on, or wait: by the traffic until now."""
    standing = rollouts.standing_of(rollout, now)
    if alarm := standing.tripped:
        _take_back(rollout, alarm, standing, now)
    elif rollout.kind == Kind.AB:
        # A look at the log costs more than one at the minutes, so first it must be worth one.
        if standing.canary.documents >= rollout.minimum_requests or rollout.plan["metric"] == "accepted":
            split_tests.conclude(rollout=rollout, at=now)
    elif standing.has_passed(rollout):
        _go_on(rollout, standing, now)


def _take_back(rollout: Rollout, alarm: Alarm, standing: Standing, now: datetime) -> None:
    policy, reason = people.system("policy"), alarm_sentence(alarm)
    result = {**rollout.result, **figures(standing)}
    if _taken_back(rollout, policy, reason, {"alarm": alarm.to_json()}, result=result, at=now):
        name = f"{rollout.get_kind_display().lower()} {rollout.pk} of {rollout.model}"
        logger.warning("%s was rolled back: %s", name, reason)


def _go_on(rollout: Rollout, standing: Standing, now: datetime) -> None:
    if not rollout.in_last_stage:
        if actions.next_stage(rollout=rollout, requests=standing.requests, at=now):
            logger.info("canary %s of %s: %s %% of the callers", rollout.pk, rollout.model, rollout.share)
        return
    policy = people.system("policy")
    try:
        promote(rollout=rollout, by=policy, reason=passed_sentence(rollout), standing=standing)
    except ActionError as error:
        # Such as an artefact that was changed meanwhile: what can't be champion does not stay a canary.
        _give_up(rollout, policy, str(error))


def _give_up(rollout: Rollout, by: User, reason: str) -> None:
    if _taken_back(rollout, by, reason, {}):
        logger.error("canary %s of %s was rolled back: %s", rollout.pk, rollout.model, reason)


@transaction.atomic
def promote(
    *, rollout: Rollout, by: User, reason: str, confirmed: str = "", standing: Standing | None = None
) -> Deployment | None:
    """Its version becomes champion now; None when the roll-out was over already."""
    need_reason(reason)
    standing = standing or rollouts.standing_of(rollout, timezone.now())
    result = {**rollout.result, **figures(standing)}
    deployment = actions.promote(rollout=rollout, by=by, reason=reason.strip(), result=result)
    if deployment:
        evidence = {"rollout": rollout.pk, **figures(standing)}
        record(Verb.PROMOTE, rollout.model, by, reason, confirmed, deployment, evidence)
    return deployment


def roll_back(*, rollout: Rollout, by: User, reason: str) -> bool:
    """A person takes the version back: the champion answers all callers again, within two seconds."""
    need_reason(reason)
    result = {**rollout.result, **figures(rollouts.standing_of(rollout, timezone.now()))}
    return _taken_back(rollout, by, reason.strip(), result, result=result)


@transaction.atomic
def _taken_back(rollout: Rollout, by: User, reason: str, evidence: dict[str, Any], **end: Any) -> bool:
    """Rolled back and on record, both or neither; False when it was over already. `end`: as ``close`` takes it."""
    if not close(rollout=rollout, status=Status.ROLLED_BACK, by=by, reason=reason, **end):
        return False
    evidence = {"rollout": rollout.pk, **evidence}
    record(Verb.ROLLBACK, rollout.model, by, reason, deployment=rollout.deployment, evidence=evidence)
    return True


def end(*, rollout: Rollout, by: User, reason: str) -> bool:
    """A test or a shadow has shown enough; nothing is decided about its version."""
    need_reason(reason)
    verdict = rollout.result.get("comparison", {}).get("verdict")
    status = Status.INCONCLUSIVE if verdict == "inconclusive" else Status.ENDED
    return close(rollout=rollout, status=status, by=by, reason=reason.strip())


def figures(standing: Standing) -> dict[str, Any]:
    """What is kept of the figures."""
    asked = {"canary": standing.canary.asked, "champion": standing.champion.asked}
    return {"requests": asked, "alarms": [alarm.to_json() for alarm in standing.alarms]}
