"""Roll-outs start, go on and end: each step once, by a guarded update, together with the deployment."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from annotation.errors import ActionError, TooLate
from tests.conftest import Cast
from tests.together import together
from tests.training.traffic import answered
from training.actions import deployments, models, retirement, rollouts
from training.actions.rollout_ends import close
from training.actions.rollouts import Course
from training.models import Deployment, ModelVersion, Rollout
from training.rollouts import stages_of, standing_of
from training.rules import Rules

Status = Rollout.Status
SHORT = Course([5, 25, 100], 60, 10, {})


@pytest.fixture
def second(challenger: ModelVersion, cast: Cast) -> ModelVersion:
    """Approved, and not in service."""
    models.approve(model=challenger, by=cast.approver, reason="Better.")
    return challenger


@pytest.fixture
def canary(second: ModelVersion, cast: Cast) -> Rollout:
    return rollouts.start_canary(model=second, by=cast.approver, course=SHORT)


def test_canary_starts_with_its_first_share_by_the_rules(second: ModelVersion, cast: Cast) -> None:
    rollout = rollouts.start_canary(model=second, by=cast.approver)
    assert (rollout.stages, rollout.bake_seconds, rollout.minimum_requests) == ([5, 25, 100], 600, 200)
    assert rollout.limits["failed"] == Rules().alarm_failed
    deployment = rollout.deployment
    assert (deployment.role, deployment.share, deployment.status) == ("canary", 5, "active")
    assert set(Deployment.objects.answering()) == {deployment, rollout.champion}


def test_stages_by_the_rules_rise_to_all() -> None:
    assert stages_of(Rules(canary_first=0.1, canary_second=0.1)) == [10, 100]


def test_canary_of_a_version_that_is_not_approved_is_refused(challenger: ModelVersion, cast: Cast) -> None:
    with pytest.raises(ActionError, match="only an approved version"):
        rollouts.start_canary(model=challenger, by=cast.approver)
    assert not Rollout.objects.exists()


def test_canary_without_a_champion_is_refused(candidate: ModelVersion, cast: Cast) -> None:
    models.approve(model=candidate, by=cast.approver, reason="Good.")
    with pytest.raises(ActionError, match="in service at once"):
        rollouts.start_canary(model=candidate, by=cast.approver)


def test_canary_of_the_champion_is_refused(champion: Deployment, cast: Cast) -> None:
    with pytest.raises(TooLate, match="in service already"):
        rollouts.start_canary(model=champion.model, by=cast.approver)


def test_canary_of_a_tampered_artefact_is_refused(second: ModelVersion, cast: Cast) -> None:
    next(path for path in sorted(second.path.rglob("*")) if path.is_file()).write_bytes(b"")
    with pytest.raises(ActionError, match="was changed after packaging"):
        rollouts.start_canary(model=second, by=cast.approver)


def test_second_canary_is_refused_and_a_shadow_beside_it_is_not(canary: Rollout, cast: Cast) -> None:
    with pytest.raises(TooLate, match="runs already"):
        rollouts.start_canary(model=canary.model, by=cast.approver)
    assert rollouts.start_shadow(model=canary.model, by=cast.approver).share == 20
    with pytest.raises(TooLate, match="A shadow of"):
        rollouts.start_shadow(model=canary.model, by=cast.approver)


@pytest.mark.parametrize("stages", [[], [25, 5, 100], [0, 100], [5, 25], [50, 101]])
def test_course_that_does_not_rise_to_all_is_refused(second: ModelVersion, cast: Cast, stages: list[int]) -> None:
    with pytest.raises(ActionError, match="The shares"):
        rollouts.start_canary(model=second, by=cast.approver, course=Course(stages, 1, 1, {}))


def test_shadow_may_wait_for_approval_and_ends_with_a_rejection(challenger: ModelVersion, cast: Cast) -> None:
    shadow = rollouts.start_shadow(model=challenger, by=cast.approver, share=50)
    assert shadow.deployment not in Deployment.objects.answering()
    models.reject(model=challenger, by=cast.approver, reason="Worse.")
    shadow.refresh_from_db()
    assert (shadow.status, shadow.deployment.status) == (Status.ENDED, Deployment.Status.RETIRED)


def test_next_stage_raises_the_share_once(canary: Rollout) -> None:
    now = timezone.now()
    stale = Rollout.objects.get(pk=canary.pk)
    assert rollouts.next_stage(rollout=canary, requests=12, at=now)
    assert not rollouts.next_stage(rollout=stale, requests=12, at=now)
    canary.deployment.refresh_from_db()
    assert (canary.stage, canary.share, canary.deployment.share) == (1, 25, 25)
    assert [(stage["share"], stage["requests"]) for stage in canary.passed] == [(5, 12)]


def test_requests_of_a_stage_leave_out_those_of_the_stages_before(canary: Rollout) -> None:
    now = timezone.now()
    answered(canary.deployment, now, 12)
    assert standing_of(canary, now).requests == 12
    rollouts.next_stage(rollout=canary, requests=12, at=now)
    answered(canary.deployment, now, 3)
    later = standing_of(canary, now + timedelta(seconds=61))
    assert (later.requests, later.has_passed(canary)) == (3, False)
    answered(canary.deployment, now, 7)
    assert standing_of(canary, now + timedelta(seconds=61)).has_passed(canary)
    assert not standing_of(canary, now + timedelta(seconds=59)).has_passed(canary)


def test_promote_makes_it_champion_once(canary: Rollout, cast: Cast) -> None:
    stale = Rollout.objects.get(pk=canary.pk)
    deployment = rollouts.promote(rollout=canary, by=cast.approver, reason="Well.")
    assert rollouts.promote(rollout=stale, by=cast.approver, reason="Well.") is None
    assert deployment == Deployment.objects.champion_of(canary.project)
    canary.champion.refresh_from_db()
    assert (canary.status, canary.deployment.status) == (Status.PROMOTED, Deployment.Status.RETIRED)
    assert canary.champion.status == Deployment.Status.RETIRED
    assert [*Deployment.objects.answering()] == [deployment]


def test_close_leaves_the_champion_alone_and_is_done_once(canary: Rollout, cast: Cast) -> None:
    done = [
        close(rollout=canary, status=Status.ROLLED_BACK, by=cast.approver, reason=reason) for reason in ("Bad.", "Too.")
    ]
    assert done == [True, False]
    assert (canary.reason, canary.deployment.status) == ("Bad.", Deployment.Status.ROLLED_BACK)
    assert [*Deployment.objects.answering()] == [canary.champion]


def test_change_of_champion_ends_what_runs_beside_it(canary: Rollout, cast: Cast) -> None:
    shadow = rollouts.start_shadow(model=canary.model, by=cast.approver)
    deployments.deploy(model=canary.model, by=cast.approver)
    for rollout in (canary, shadow):
        rollout.refresh_from_db()
        assert (rollout.status, rollout.deployment.status) == (Status.ENDED, Deployment.Status.RETIRED)


def test_withdrawal_of_the_champion_ends_its_canary(canary: Rollout, cast: Cast) -> None:
    retirement.withdraw(model=canary.champion.model, by=cast.approver, reason="Wrong.")
    canary.refresh_from_db()
    assert canary.status == Status.ENDED
    # It was never champion, so nothing stands behind it: a person decides what serves now.
    assert not Deployment.objects.answering().exists()


def test_version_that_was_only_a_canary_is_nothing_to_go_back_to(canary: Rollout, cast: Cast) -> None:
    close(rollout=canary, status=Status.ROLLED_BACK, by=cast.approver, reason="Bad.")
    with pytest.raises(ActionError, match="never served"):
        deployments.roll_back(model=canary.model, by=cast.approver, reason="Back.")


def test_database_refuses_a_second_running_canary(canary: Rollout) -> None:
    twin = Rollout.objects.get(pk=canary.pk)
    twin.pk, twin.deployment = None, canary.champion
    with pytest.raises(IntegrityError, match="rollout_one_that_answers"), transaction.atomic():
        twin.save()


@pytest.mark.django_db(transaction=True)
def test_two_who_start_a_canary_at_once_start_one(challenger: ModelVersion, cast: Cast) -> None:
    models.approve(model=challenger, by=cast.approver, reason="Better.")
    start = lambda: rollouts.start_canary(model=challenger, by=cast.approver, course=SHORT)  # noqa: E731
    outcomes = together(start, start)
    assert sorted(type(one).__name__ for one in outcomes) == ["Rollout", "TooLate"]
    assert Rollout.objects.count() == 1
