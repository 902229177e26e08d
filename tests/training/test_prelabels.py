"""Pre-annotations: the champion's spans on open tasks, never on a blind one, never over a person's work."""

from __future__ import annotations

import pytest

from annotation.actions import notes, revisions, tasks
from annotation.models import Annotation, Note, Project, Task
from annotation.synthetic import generate
from tests.conftest import Cast, add_notes
from training import ner, prelabels
from training.artefacts import nlp_of
from training.models import Deployment

Origin = Annotation.Origin


@pytest.fixture
def waiting(project: Project, champion: Deployment) -> list[Note]:
    rows = add_notes(project, list(generate(5, seed=31, prefix="open")))
    notes.open_tasks(project=project, notes=rows, reason=Task.Reason.LABEL)
    return rows


def test_refresh_without_champion_does_nothing(project: Project, gold_notes: list[Note]) -> None:
    assert prelabels.refresh(project) == 0


def test_refresh_writes_what_the_champion_finds(champion: Deployment, waiting: list[Note]) -> None:
    assert prelabels.refresh(champion.project) == 5
    for note in waiting:
        row = note.annotations.get()
        assert (row.origin, row.status, row.author_model) == (Origin.PRELABEL, Annotation.Status.DRAFT, "clinic v1")
        found = ner.predict(nlp_of(champion.model), [note.text])[0]
        assert row.spans == sorted(entity.span for entity in found)
        scores = [entity.score for entity in sorted(found)]
        assert [span["score"] for span in row.spans_json] == pytest.approx(scores, abs=1e-4)


def test_refresh_a_second_time_does_nothing(champion: Deployment, waiting: list[Note]) -> None:
    prelabels.refresh(champion.project)
    assert prelabels.refresh(champion.project) == 0
    assert Annotation.objects.filter(origin=Origin.PRELABEL).count() == 5


def test_refresh_leaves_blind_tasks_empty(project: Project, champion: Deployment) -> None:
    rows = add_notes(project, list(generate(3, seed=31, prefix="audit")))
    notes.open_tasks(project=project, notes=rows, reason=Task.Reason.RANDOM_AUDIT)
    assert prelabels.refresh(project) == 0
    assert not Annotation.objects.filter(note__in=rows).exists()


def test_refresh_leaves_a_note_that_a_person_has_alone(champion: Deployment, waiting: list[Note], cast: Cast) -> None:
    task = tasks.take_next(project=champion.project, by=cast.annotator)
    assert task is not None
    assert prelabels.refresh(champion.project) == 4
    revisions.submit(task=task, by=cast.annotator, spans=[], base_revision=0, seconds=1)
    assert prelabels.refresh(champion.project) == 0
    assert task.note.annotations.get().origin == Origin.HUMAN


def test_refresh_leaves_imported_drafts_alone(champion: Deployment, waiting: list[Note], cast: Cast) -> None:
    spans = {waiting[0].pk: []}
    revisions.add_imported(project=champion.project, spans=spans, by=cast.reviewer, gold=False)
    assert prelabels.refresh(champion.project) == 4


def test_refresh_takes_more_notes_than_a_batch(
    champion: Deployment, waiting: list[Note], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prelabels, "BATCH", 2)
    assert prelabels.refresh(champion.project) == 5
