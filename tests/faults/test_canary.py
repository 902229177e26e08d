"""Broken canaries under the real web server, worker and clock: taken back within seconds, and no caller notices."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db.models import Max, Min

from annotation.models import Client
from monitoring.models import Decision
from tests.broken_models import GOOD, NOTHING, RAISES, SLEEPS, version_that, with_plugin
from tests.conftest import Cast
from tests.faults.callers import Callers
from tests.faults.processes import eventually
from tests.stack import Stack
from training.actions import rollouts
from training.actions.rollouts import Course
from training.models import Deployment, Prediction, Rollout

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
SECONDS = timedelta(seconds=10)
ALARMS = {RAISES: "failed", NOTHING: "empty", SLEEPS: "latency"}


def times_of(rollout: Rollout) -> tuple[datetime, datetime]:
    """When its version was asked first and last."""
    rows = Prediction.objects.filter(deployment=rollout.deployment, origin=Prediction.Origin.API)
    found = rows.aggregate(first=Min("created_at"), last=Max("created_at"))
    return found["first"], found["last"]


def ended(rollout: Rollout, seconds: float) -> Rollout:
    over = Rollout.objects.filter(pk=rollout.pk).exclude(status=Rollout.Status.RUNNING)
    assert eventually(over.exists, seconds)
    return Rollout.objects.with_models().get(pk=rollout.pk)


def test_three_broken_canaries_are_taken_back_and_a_good_one_becomes_champion(
    champion: Deployment, cast: Cast, api_key: tuple[Client, str], stack: Stack, tmp_path: Path
) -> None:
    Client.objects.update(rate_per_minute=1_000_000, burst=100_000)
    stack.environ |= with_plugin(tmp_path / "plugin")
    versions = {how: version_that(champion.model, how, by=cast.approver) for how in (*ALARMS, GOOD)}
    stack.web()
    stack.worker("traffic")
    stack.start("beat", "-m", "celery", "-A", "webapp", "beat", "-l", "INFO", "-S", "celery.beat:Scheduler")
    assert eventually(lambda: "ready." in stack.log("worker") and "watch-rollouts" in stack.log("beat"), 60)
    with Callers(stack.url, api_key[1], rate=20, documents=3) as callers:
        for how, alarm in ALARMS.items():
            course = Course([20, 100], 600, 1_000, {})
            rollout = rollouts.start_canary(model=versions[how], by=cast.approver, course=course)
            rollout = ended(rollout, 40)
            assert rollout.status == Rollout.Status.ROLLED_BACK, how
            decision = Decision.objects.get(verb="rollback", deployment=rollout.deployment)
            assert decision.evidence["alarm"]["name"] == alarm
            first, _ = times_of(rollout)
            assert rollout.ended_at is not None
            assert rollout.ended_at - first < SECONDS, how
        good = rollouts.start_canary(model=versions[GOOD], by=cast.approver, course=Course([20, 50, 100], 3, 10, {}))
        good = ended(good, 60)
    assert good.status == Rollout.Status.PROMOTED, good.reason
    assert [stage["share"] for stage in good.passed] == [20, 50]
    assert Deployment.objects.champion_of(good.project).model == versions[GOOD]  # type: ignore[union-attr]
    # Nobody was refused, and who was taken back was asked no more a moment later.
    assert set(callers.answers) == {200}
    for rollout in Rollout.objects.filter(status=Rollout.Status.ROLLED_BACK):
        assert times_of(rollout)[1] - rollout.ended_at < timedelta(seconds=5)
