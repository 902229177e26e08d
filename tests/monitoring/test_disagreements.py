"""Where a shadow and the champion differ: what the page tells, and what annotators are asked."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from annotation.errors import ActionError
from annotation.models import Note, Task, User
from monitoring.actions import disagreements
from tests.conftest import Cast
from training.actions import rollouts
from training.models import Deployment, ModelVersion, Prediction, Rollout
from training.shadow_notes import newest_pairs

D, T = (
    {"start": 0, "end": 3, "label": "DISEASE", "score": 0.9},
    {"start": 4, "end": 6, "label": "TREATMENT", "score": 0.9},
)


@pytest.fixture
def shadow(challenger: ModelVersion, champion: Deployment, cast: Cast, gold_notes: list[Note]) -> Rollout:
    """Read three notes: the first alike, the second with one treatment less, the third as a disease more."""
    rollout = rollouts.start_shadow(model=challenger, by=cast.approver, share=100)
    now = timezone.now()
    readings = [([D], [D]), ([D], [D, T]), ([D], [])]
    for note, (own, usual) in zip(gold_notes, readings, strict=False):
        both = {
            "note": note,
            "request_id": uuid.uuid4(),
            "length": note.length,
            "created_at": now + timedelta(seconds=1),
        }
        Prediction.objects.create(model=champion.model, deployment=champion, origin="api", entities=usual, **both)
        Prediction.objects.create(
            model=challenger, deployment=rollout.deployment, origin="shadow", entities=own, **both
        )
    told = {"notes": 3, "same": 1, "apart": 1, "both": 2, "one": 1, "other": 1, "skipped": 4}
    Rollout.objects.update(pairs=told)
    return Rollout.objects.with_models().get()


def test_pairs_are_told_by_label(shadow: Rollout, gold_notes: list[Note]) -> None:
    pairs = {pair.note_id: pair for pair in newest_pairs(shadow)}
    first, second, third = (pairs[note.pk] for note in gold_notes[:3])
    assert (first.likeness.same, first.labels) == (1, set())
    assert (dict(second.own), dict(second.usual)) == ({}, {"TREATMENT": 1})
    assert (dict(third.own), dict(third.usual)) == ({"DISEASE": 1}, {})


def test_ask_opens_a_task_for_each_note_that_differs_once(shadow: Rollout, cast: Cast, gold_notes: list[Note]) -> None:
    opened = disagreements.ask(rollout=shadow, by=cast.lead)
    assert opened.notes == 2
    tasks = Task.objects.filter(reason=Task.Reason.DISAGREEMENT)
    assert {task.note_id for task in tasks} == {note.pk for note in gold_notes[1:3]}
    assert disagreements.ask(rollout=shadow, by=cast.lead).notes == 0


def test_ask_leaves_out_blind_audits(shadow: Rollout, cast: Cast, gold_notes: list[Note]) -> None:
    Task.objects.create(
        project=shadow.project, note=gold_notes[1], reason=Task.Reason.RANDOM_AUDIT, blind=True, position=1,
        status=Task.Status.SKIPPED, skip_reason="unreadable", closed_at=timezone.now(), assignee=cast.annotator,
    )  # fmt: skip
    opened = disagreements.ask(rollout=shadow, by=cast.lead)
    assert opened.notes == 1
    assert any("audit" in why for why in opened.left_out)


def test_ask_about_one_label(shadow: Rollout, cast: Cast, gold_notes: list[Note]) -> None:
    disagreements.ask(rollout=shadow, by=cast.lead, label="TREATMENT")
    assert Task.objects.get(reason=Task.Reason.DISAGREEMENT).note == gold_notes[1]
    with pytest.raises(ActionError, match="nothing to ask"):
        disagreements.ask(rollout=shadow, by=cast.lead, label="SYMPTOM")


def test_page_tells_agreement_backlog_and_notes(
    shadow: Rollout, cast: Cast, browser_of: Callable[[User], Browser]
) -> None:
    page = browser_of(cast.lead).get(reverse("rollout", args=[shadow.pk]), {"label": "TREATMENT"})
    agreement = page.context["agreement"]
    assert (agreement.notes, round(agreement.same, 3), round(agreement.f1, 3)) == (3, 0.333, 0.667)
    assert agreement.same_interval.low < 1 / 3 < agreement.same_interval.high
    assert [(row.label, row.own, row.usual, row.notes) for row in page.context["labels"]] == [
        ("DISEASE", 1, 0, 1), ("TREATMENT", 0, 1, 1),
    ]  # fmt: skip
    assert len(page.context["differ"]) == 1
    text = page.content.decode()
    assert "left out 4 because it could not keep up" in text
    assert "Ask annotators about 1 note" in text
    other = browser_of(cast.approver).get(reverse("rollout", args=[shadow.pk]))
    assert "Ask annotators" not in other.content.decode()
