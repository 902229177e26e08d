"""A test on split traffic: planned from what the champion answered, judged once at its end."""

from __future__ import annotations

import random
import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from annotation.actions import clients
from annotation.errors import ActionError, TooLate
from annotation.models import Note
from tests.conftest import Cast
from training.actions import models, rollouts, split_tests
from training.models import Deployment, Feedback, ModelVersion, Prediction, Rollout
from training.split_metrics import METRICS, callers_of

DOCTORS = 25


@pytest.fixture
def second(challenger: ModelVersion, cast: Cast) -> ModelVersion:
    models.approve(model=challenger, by=cast.approver, reason="Better.")
    return challenger


@pytest.fixture
def by_doctor(gold_notes: list[Note]) -> list[Note]:
    """Notes of 25 doctors."""
    for number, note in enumerate(gold_notes):
        note.doctor = f"doctor{number % DOCTORS:02}"
    Note.objects.bulk_update(gold_notes, ["doctor"])
    return gold_notes


def answer(deployment: Deployment, notes: list[Note], share: float, *, rounds: int = 4, seed: int = 1) -> None:
    """Answers of which about `share` have a doubtful entity."""
    draw = random.Random(seed)
    Prediction.objects.bulk_create(
        Prediction(
            model=deployment.model, deployment=deployment, note=note, origin="api", request_id=uuid.uuid4(),
            entities=[{"start": 0, "end": 1, "label": "DISEASE", "score": score}], min_score=score, length=9,
        )
        for _ in range(rounds)
        for note in notes
        for score in [0.2 if draw.random() < share else 0.9]
    )  # fmt: skip


def begin(model: ModelVersion, cast: Cast, difference: float = 0.3, share: int = 50) -> Rollout:
    return split_tests.start_test(model=model, by=cast.approver, share=share, metric="unsure", difference=difference)


def test_plan_says_how_many_notes_it_takes(
    second: ModelVersion, champion: Deployment, cast: Cast, by_doctor: list[Note]
) -> None:
    answer(champion, by_doctor, 0.4)
    rollout = begin(second, cast)
    assert (rollout.deployment.role, rollout.share, rollout.kind) == ("variant", 50, "ab")
    assert rollout.deployment in Deployment.objects.answering()
    assert rollout.plan["usual"] == pytest.approx(0.4, abs=0.08)
    # Two groups with a variance of .24 each, at .3: about 42 notes each, more when doctors differ.
    assert 35 <= rollout.minimum_requests == rollout.plan["needed"] <= 110
    with pytest.raises(TooLate, match="runs already"):
        rollouts.start_canary(model=second, by=cast.approver)


def test_test_without_traffic_to_plan_by_is_refused(second: ModelVersion, cast: Cast) -> None:
    with pytest.raises(ActionError, match="too little to plan by: 0 notes of 0 callers"):
        begin(second, cast)
    assert not Rollout.objects.exists()


@pytest.mark.parametrize(("share", "difference"), [(100, 0.1), (50, 0.0)])
def test_test_that_can_not_be_planned_is_refused(
    second: ModelVersion, champion: Deployment, cast: Cast, by_doctor: list[Note], share: int, difference: float
) -> None:
    answer(champion, by_doctor, 0.4)
    with pytest.raises(ActionError, match="can't be planned"):
        begin(second, cast, difference, share)


@pytest.mark.parametrize(("share", "verdict"), [(0.05, "better"), (0.95, "worse"), (0.5, "inconclusive")])
def test_result_is_taken_once_when_the_sample_is_there(
    second: ModelVersion, champion: Deployment, cast: Cast, by_doctor: list[Note], share: float, verdict: str
) -> None:
    answer(champion, by_doctor, 0.5)
    rollout = begin(second, cast)
    answer(champion, by_doctor, 0.5, seed=2)
    answer(rollout.deployment, by_doctor[:30], share, rounds=1, seed=3)
    assert not split_tests.conclude(rollout=rollout, at=timezone.now())
    answer(rollout.deployment, by_doctor, share, seed=4)
    assert split_tests.conclude(rollout=rollout, at=timezone.now())
    assert not split_tests.conclude(rollout=rollout, at=timezone.now())
    rollout.refresh_from_db()
    found = rollout.result["comparison"]
    assert (found["verdict"], rollout.status) == (verdict, "running")
    assert found["low"] < found["value"] < found["high"]
    assert rollout.result["variant"]["callers"] == DOCTORS


def test_doctors_are_the_callers_and_notes_without_one_stand_alone(champion: Deployment, by_doctor: list[Note]) -> None:
    Note.objects.filter(pk__in=[note.pk for note in by_doctor[:2]]).update(doctor="")
    answer(champion, by_doctor, 0.5, rounds=2)
    found = callers_of(champion, METRICS["unsure"], timezone.now() - timedelta(hours=1))
    assert len(found) == DOCTORS + 4
    assert sum(caller.n for caller in found) == 2 * len(by_doctor)


def test_accepted_share_counts_the_newest_word(champion: Deployment, cast: Cast, by_doctor: list[Note]) -> None:
    client, _ = clients.create(project=champion.project, name="platform", by=cast.admin)
    uid = uuid.uuid4()
    for accepted, rejected in ((0, 3), (2, 1)):
        Feedback.objects.create(
            client=client, prediction_uid=uid, model=champion.model, deployment=champion, note=by_doctor[0],
            verdicts=[], accepted=accepted, rejected=rejected,
        )  # fmt: skip
    (caller,) = callers_of(champion, METRICS["accepted"], timezone.now() - timedelta(hours=1))
    assert (caller.n, caller.total) == (3, 2)
    (entities,) = {METRICS[name].of for name in ("unsure", "entities")}
    assert entities == "notes"
