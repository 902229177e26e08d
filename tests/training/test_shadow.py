"""Reading along: every drawn note once, beside its answer; what can't be kept up with is left out and counted."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections
from django.utils import timezone

from annotation.models import Note
from tests.conftest import Cast
from training import shadow, shadow_reading
from training.actions import models, rollouts
from training.actions.rollout_ends import close
from training.actions.rollouts import Course
from training.models import Deployment, ModelVersion, Prediction, Rollout, TrafficMinute

API, SHADOW = Prediction.Origin.API, Prediction.Origin.SHADOW


@pytest.fixture
def reads(challenger: ModelVersion, cast: Cast) -> Rollout:
    """A shadow of all notes."""
    return rollouts.start_shadow(model=challenger, by=cast.approver, share=100)


def answer(deployment: Deployment, notes: list[Note], *, found: Any = (), before: int = 5) -> list[Prediction]:
    """The log of so many answered notes, each a request."""
    at = timezone.now() - timedelta(seconds=before)
    Rollout.objects.update(started_at=at - timedelta(minutes=1))
    return Prediction.objects.bulk_create(
        Prediction(
            model=deployment.model, deployment=deployment, note=note, origin=API, request_id=uuid.uuid4(),
            entities=[*found], length=note.length, created_at=at,
        )
        for note in notes
    )  # fmt: skip


def pairs() -> dict[str, Any]:
    return Rollout.objects.get().pairs


def test_each_answered_note_is_read_once_beside_its_answer(
    reads: Rollout, champion: Deployment, gold_notes: list[Note]
) -> None:
    made = answer(champion, gold_notes[:20])
    assert shadow.read_along() == 20
    assert shadow.read_along() == 0
    found = Prediction.objects.filter(origin=SHADOW).order_by("pk")
    assert [(row.request_id, row.note_id) for row in found] == [(row.request_id, row.note_id) for row in made]
    assert {row.deployment_id for row in found} == {reads.deployment_id}
    assert sum(len(row.entities) for row in found) > 20
    told = pairs()
    assert (told["notes"], told["skipped"], told["failed"], told["both"], told["other"]) == (20, 0, 0, 0, 0)
    assert told["one"] == sum(len(row.entities) for row in found)
    assert TrafficMinute.objects.get(deployment=reads.deployment).documents == 20


def test_same_model_agrees_with_itself(reads: Rollout, champion: Deployment, gold_notes: list[Note]) -> None:
    answer(champion, gold_notes[:5])
    shadow.read_along()
    spans = {row.note_id: row.entities for row in Prediction.objects.filter(origin=SHADOW)}
    for note in gold_notes[5:10]:
        answer(champion, [note])
    shadow.read_along()
    again = [note for note in gold_notes[:5] if spans[note.pk]]
    for note in again:
        answer(champion, [note], found=spans[note.pk])
    shadow.read_along()
    assert pairs()["same"] >= len(again)
    assert pairs()["both"] == sum(len(spans[note.pk]) for note in again)


def test_a_share_of_the_requests_is_drawn(reads: Rollout, champion: Deployment, gold_notes: list[Note]) -> None:
    Rollout.objects.update(stages=[30])
    answer(champion, gold_notes)
    assert shadow.read_along() == len(gold_notes)
    assert 5 < pairs()["notes"] < 35


def test_what_can_not_be_kept_up_with_is_left_out_and_counted(
    reads: Rollout, champion: Deployment, gold_notes: list[Note], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shadow, "MOST_WAITING", 8)
    made = answer(champion, gold_notes)
    shadow.read_along()
    assert (pairs()["notes"], pairs()["skipped"]) == (8, len(gold_notes) - 8)
    newest = [row.request_id for row in made[-8:]]
    assert [row.request_id for row in Prediction.objects.filter(origin=SHADOW).order_by("pk")] == newest


def test_note_that_the_shadow_can_not_read_is_counted_and_the_others_are_read(
    reads: Rollout, champion: Deployment, gold_notes: list[Note], monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, entities = gold_notes[1].text, shadow_reading.entities

    def fails(nlp: Any, texts: list[str], labels: Any) -> Any:
        if bad in texts:
            raise RuntimeError("no")
        return entities(nlp, texts, labels)

    monkeypatch.setattr(shadow_reading, "entities", fails)
    answer(champion, gold_notes[:4])
    shadow.read_along()
    assert (pairs()["notes"], pairs()["failed"]) == (3, 1)
    outcomes = Prediction.objects.filter(origin=SHADOW).order_by("pk").values_list("outcome", flat=True)
    assert [*outcomes] == ["ok", "failed", "ok", "ok"]


def test_withdrawn_notes_and_those_of_others_are_not_read(
    reads: Rollout, champion: Deployment, gold_notes: list[Note]
) -> None:
    Note.objects.filter(pk=gold_notes[0].pk).update(status=Note.Status.WITHDRAWN)
    answer(champion, gold_notes[:1])
    answer(reads.deployment, gold_notes[1:2])
    assert shadow.read_along() == 0


def test_nothing_is_written_for_a_shadow_that_ended_meanwhile(
    reads: Rollout, champion: Deployment, cast: Cast, gold_notes: list[Note], monkeypatch: pytest.MonkeyPatch
) -> None:
    answer(champion, gold_notes[:3])
    read = shadow.read

    def slow(*given: Any) -> Any:
        found = read(*given)
        close(rollout=Rollout.objects.get(), status=Rollout.Status.ENDED, by=cast.approver, reason="Enough.")
        return found

    monkeypatch.setattr(shadow, "read", slow)
    shadow.read_along()
    assert not Prediction.objects.filter(origin=SHADOW).exists()
    assert pairs() == {}


def test_canary_is_paired_with_the_champion_on_its_own_notes(
    challenger: ModelVersion, champion: Deployment, cast: Cast, gold_notes: list[Note]
) -> None:
    models.approve(model=challenger, by=cast.approver, reason="Better.")
    canary = rollouts.start_canary(model=challenger, by=cast.approver, course=Course([5, 100], 60, 10, {}))
    answer(canary.deployment, gold_notes[:6])
    answer(champion, gold_notes[6:])
    shadow.read_along()
    assert pairs()["notes"] == 6
    assert {*Prediction.objects.filter(origin=SHADOW).values_list("deployment", flat=True)} == {champion.pk}
    assert not TrafficMinute.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_second_reader_at_once_does_nothing(reads: Rollout, champion: Deployment, gold_notes: list[Note]) -> None:
    answer(champion, gold_notes[:2])
    other = connections.create_connection("default")
    other.settings_dict["NAME"] = connection.settings_dict["NAME"]
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [shadow.LOCK])
        assert shadow.read_along() == 0
        cursor.execute("SELECT pg_advisory_unlock(%s)", [shadow.LOCK])
    other.close()
    assert shadow.read_along() == 2
