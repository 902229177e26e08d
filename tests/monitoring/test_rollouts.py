"""A canary is judged by its traffic: taken back on an alarm, promoted after its last stage, each with its record."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from annotation.errors import ActionError
from monitoring.actions import decisions, rollouts
from monitoring.models import Decision
from tests.conftest import Cast
from tests.together import together
from tests.training.traffic import answered, missed
from training import runs
from training.actions import rollouts as actions
from training.actions.rollouts import Course
from training.models import Deployment, ModelVersion, Rollout, Run, Step

SHORT = Course([5, 25, 100], 60, 10, {})
Status = Rollout.Status
LATER = timedelta(seconds=61)


@pytest.fixture
def canary(challenger: ModelVersion, cast: Cast) -> Rollout:
    """Approved by canary, with stages of a minute."""
    decisions.approve(model=challenger, by=cast.approver, reason="Better.", canary=True)
    rollout = Rollout.objects.with_models().get()
    Rollout.objects.update(bake_seconds=60, minimum_requests=10)
    answered(rollout.champion, timezone.now(), 100)
    return Rollout.objects.with_models().get()


def test_approval_by_canary_starts_with_a_share_and_the_pipeline_waits(canary: Rollout) -> None:
    runs.execute(canary.model.run_id)
    step = Step.objects.get(run=canary.model.run_id, name="deploy")
    assert (step.status, step.message) == ("waiting", "Canary, stage 1 of 3: 5 % of the callers.")
    assert Decision.objects.filter(verb="approve").latest("pk").deployment == canary.deployment
    rollouts.judge(canary, timezone.now() + LATER)
    answered(canary.deployment, timezone.now(), 10)
    rollouts.judge(canary, timezone.now() + LATER)
    step.refresh_from_db()
    assert step.message == "Canary, stage 2 of 3: 25 % of the callers."


def test_first_version_of_a_project_is_put_in_service_at_once(candidate: ModelVersion, cast: Cast) -> None:
    deployment = decisions.approve(model=candidate, by=cast.approver, reason="Good.", canary=True)
    assert deployment == Deployment.objects.champion_of(candidate.project)
    assert not Rollout.objects.exists()


def test_judge_waits_for_time_and_requests(canary: Rollout) -> None:
    now = timezone.now()
    answered(canary.deployment, now, 9)
    rollouts.judge(canary, now + LATER)
    answered(canary.deployment, now, 1)
    rollouts.judge(canary, now + timedelta(seconds=30))
    canary.refresh_from_db()
    assert canary.stage == 0


def test_good_canary_becomes_champion_after_its_stages(canary: Rollout, cast: Cast) -> None:
    now = timezone.now()
    for _ in range(3):
        answered(canary.deployment, now, 12)
        now += LATER
        rollouts.judge(Rollout.objects.with_models().get(), now)
    canary.refresh_from_db()
    assert canary.status == Status.PROMOTED
    assert Deployment.objects.champion_of(canary.project).model == canary.model  # type: ignore[union-attr]
    decision = Decision.objects.get(verb="promote")
    assert decision.by.username == "system-policy"
    assert decision.reason == "It passed its stages of 5, 25, 100 % of the callers without an alarm."
    assert decision.evidence["requests"] == {"canary": 36, "champion": 100}
    # The pipeline goes on to its end.
    runs.execute(canary.model.run_id)
    assert Run.objects.get(pk=canary.model.run_id).status == Run.Status.SUCCEEDED


@pytest.mark.parametrize(
    ("bad", "alarm"),
    [
        (lambda d, now: missed(d, now, 8), "failed"),
        (lambda d, now: missed(d, now, 8, "slow"), "latency"),
        (lambda d, now: missed(d, now, 8, "wrong"), "wrong"),
        (lambda d, now: answered(d, now, 20, found=[]), "empty"),
        (lambda d, now: answered(d, now, 20, found=[[0, 1, "DISEASE", 0.2]]), "doubtful"),
        (lambda d, now: answered(d, now, 20, milliseconds=900), "latency"),
    ],
)
def test_bad_canary_is_taken_back_with_the_evidence(
    canary: Rollout, bad: Any, alarm: str, caplog: pytest.LogCaptureFixture
) -> None:
    now = timezone.now()
    bad(canary.deployment, now)
    with caplog.at_level("WARNING"):
        rollouts.watch(now + timedelta(seconds=3))
    canary.refresh_from_db()
    canary.deployment.refresh_from_db()
    assert (canary.status, canary.deployment.status) == (Status.ROLLED_BACK, Deployment.Status.ROLLED_BACK)
    assert [*Deployment.objects.answering()] == [canary.champion]
    decision = Decision.objects.get(verb="rollback")
    assert (decision.by.username, decision.deployment) == ("system-policy", canary.deployment)
    told = decision.evidence["alarm"]
    assert (told["name"], told["verdict"]) == (alarm, "tripped")
    assert told["value"] > told["limit"] > 0
    assert told["n"] >= 8
    assert decision.reason == canary.reason
    assert canary.reason in caplog.text


def test_pipeline_of_a_canary_that_was_taken_back_ends_and_says_so(canary: Rollout) -> None:
    runs.execute(canary.model.run_id)
    missed(canary.deployment, timezone.now(), 8)
    rollouts.watch()
    runs.execute(canary.model.run_id)
    run = Run.objects.get(pk=canary.model.run_id)
    assert run.status == Run.Status.SUCCEEDED
    step = run.steps.get(name="deploy")
    assert "canary: rolled back. Alarm: requests not answered 100.0 % of 8 requests" in step.outputs["ended"]
    assert run.steps.get(name="reference").status == Step.Status.SKIPPED


def test_canary_whose_artefact_was_changed_is_taken_back_in_place_of_promoted(canary: Rollout) -> None:
    Rollout.objects.update(stages=[100])
    answered(canary.deployment, timezone.now(), 20)
    next(path for path in sorted(canary.model.path.rglob("*")) if path.is_file()).write_bytes(b"")
    rollouts.watch(timezone.now() + LATER)
    canary.refresh_from_db()
    assert canary.status == Status.ROLLED_BACK
    assert "was changed after packaging" in canary.reason


def test_person_promotes_or_takes_back_with_a_reason(canary: Rollout, cast: Cast) -> None:
    with pytest.raises(ActionError, match="needs a reason"):
        rollouts.roll_back(rollout=canary, by=cast.approver, reason=" ")
    assert rollouts.roll_back(rollout=canary, by=cast.approver, reason=" Calls from the ward. ")
    assert not rollouts.roll_back(rollout=canary, by=cast.approver, reason="Again.")
    assert rollouts.promote(rollout=canary, by=cast.approver, reason="No.") is None
    decision = Decision.objects.get(verb="rollback")
    assert (decision.by, decision.reason) == (cast.approver, "Calls from the ward.")
    again = actions.start_canary(model=canary.model, by=cast.approver, course=SHORT)
    assert rollouts.promote(rollout=again, by=cast.approver, reason="Well enough.")
    assert Decision.objects.get(verb="promote").by == cast.approver


@pytest.mark.django_db(transaction=True)
def test_two_judges_at_once_take_back_once(challenger: ModelVersion, cast: Cast) -> None:
    decisions.approve(model=challenger, by=cast.approver, reason="Better.", canary=True)
    missed(Rollout.objects.get().deployment, timezone.now(), 20)
    assert together(rollouts.watch, rollouts.watch) == [None, None]
    assert Decision.objects.filter(verb="rollback").count() == 1


def test_canary_that_ended_while_its_run_went_to_sleep_wakes_it(canary: Rollout, cast: Cast) -> None:
    runs.execute(canary.model.run_id)
    # As if its end had come before the run's row said that it waits.
    close = Rollout.objects.filter(pk=canary.pk)
    close.update(status=Status.ENDED, ended_at=timezone.now(), ended_by=cast.approver, reason="Enough.")
    runs.wake_if_over(canary.model.run_id)
    assert Run.objects.get(pk=canary.model.run_id).status == Run.Status.QUEUED


def test_running_canary_leaves_its_run_asleep(canary: Rollout) -> None:
    runs.execute(canary.model.run_id)
    runs.wake_if_over(canary.model.run_id)
    assert Run.objects.get(pk=canary.model.run_id).status == Run.Status.WAITING
