"""The KPI: the champion on blind audits, and on nothing else."""

from __future__ import annotations

import pytest
from django.urls import reverse

from annotation.actions import notes, revisions, tasks
from annotation.models import Annotation, Note, Project, Task, User
from annotation.synthetic import SyntheticNote, generate
from monitoring.actions import accuracy, decisions
from monitoring.models import Measurement
from tests.conftest import Cast, add_notes, make_candidate
from training import ner
from training.actions import predictions
from training.artefacts import nlp_of
from training.models import Deployment, Prediction

AUDITS = list(generate(6, seed=41, prefix="audit"))
ORDINARY = list(generate(4, seed=42, prefix="label"))


def annotate(project: Project, by: User, generated: list[SyntheticNote], reason: Task.Reason) -> list[Note]:
    """Notes come in and are annotated through their tasks."""
    rows = add_notes(project, generated)
    notes.open_tasks(project=project, notes=rows, reason=reason)
    gold = {note.pk: one.spans for note, one in zip(rows, generated, strict=True)}
    while task := tasks.take_next(project=project, by=by):
        newest = revisions.latest(task.note)
        base = newest.revision if newest else 0
        revisions.submit(task=task, by=by, spans=gold[task.note_id], base_revision=base, seconds=9)
    return rows


@pytest.fixture
def audited(champion: Deployment, cast: Cast) -> list[Note]:
    return annotate(champion.project, cast.annotator, AUDITS[:4], Task.Reason.RANDOM_AUDIT)


def test_refresh_without_champion_measures_nothing(project: Project, cast: Cast) -> None:
    annotate(project, cast.annotator, AUDITS[:2], Task.Reason.RANDOM_AUDIT)
    assert accuracy.refresh(project) is None
    assert accuracy.latest(project, None) is None


def test_refresh_without_audits_measures_nothing(champion: Deployment, cast: Cast) -> None:
    annotate(champion.project, cast.annotator, ORDINARY, Task.Reason.LABEL)
    assert accuracy.refresh(champion.project) is None


def test_refresh_counts_exact_matches_on_the_audited_notes(champion: Deployment, audited: list[Note]) -> None:
    measured = accuracy.refresh(champion.project)
    assert measured is not None
    tp = found = 0
    for note in AUDITS[:4]:
        spans = {entity.span for entity in ner.predict(nlp_of(champion.model), [note.text])[0]}
        tp, found = tp + len(spans & set(note.spans)), found + len(spans)
    gold = sum(len(note.spans) for note in AUDITS[:4])
    assert (measured.value["notes"], measured.value["entities"]) == (4, gold)
    assert measured.value["f1"] == pytest.approx(2 * tp / (found + gold))
    assert set(measured.value["per_label"]) == {"DISEASE", "TREATMENT"}
    assert accuracy.latest(champion.project, champion) == measured


def test_refresh_a_second_time_on_the_same_inputs_measures_once(champion: Deployment, audited: list[Note]) -> None:
    assert accuracy.refresh(champion.project) == accuracy.refresh(champion.project)
    assert Measurement.objects.count() == 1
    assert Prediction.objects.count() == 4


def test_refresh_is_unchanged_by_gold_of_ordinary_tasks(champion: Deployment, audited: list[Note], cast: Cast) -> None:
    before = accuracy.refresh(champion.project)
    annotate(champion.project, cast.annotator, ORDINARY, Task.Reason.LABEL)
    assert accuracy.refresh(champion.project) == before


def test_refresh_is_unchanged_by_a_sighted_audit(champion: Deployment, audited: list[Note], cast: Cast) -> None:
    before = accuracy.refresh(champion.project)
    (row,) = add_notes(champion.project, AUDITS[4:5])
    Task.objects.create(project=champion.project, note=row, reason=Task.Reason.RANDOM_AUDIT, blind=False)
    task = tasks.take_next(project=champion.project, by=cast.annotator)
    assert task is not None
    revisions.submit(task=task, by=cast.annotator, spans=[], base_revision=0, seconds=1)
    assert accuracy.refresh(champion.project) == before


def test_refresh_changes_with_a_new_audit(champion: Deployment, audited: list[Note], cast: Cast) -> None:
    before = accuracy.refresh(champion.project)
    annotate(champion.project, cast.annotator, AUDITS[4:], Task.Reason.RANDOM_AUDIT)
    after = accuracy.refresh(champion.project)
    assert before is not None
    assert after is not None
    assert (before.value["notes"], after.value["notes"]) == (4, 6)
    assert accuracy.latest(champion.project, champion) == after


def test_refresh_leaves_withdrawn_notes_out(champion: Deployment, audited: list[Note]) -> None:
    Note.objects.filter(pk=audited[0].pk).update(status=Note.Status.WITHDRAWN)
    measured = accuracy.refresh(champion.project)
    assert measured is not None
    assert measured.value["notes"] == 3


def test_refresh_takes_the_answer_that_was_given_live(champion: Deployment, audited: list[Note]) -> None:
    """A note for which the doctors were answered nothing counts as missed, whatever the model would say today."""
    source = predictions.Source(champion.model_id, champion.pk, Prediction.Origin.API)
    predictions.record(found=[predictions.Found(note, []) for note in audited], source=source)
    measured = accuracy.refresh(champion.project)
    assert measured is not None
    assert (measured.value["recall"], measured.value["f1"]) == (0.0, 0.0)
    assert not Prediction.objects.filter(origin=Prediction.Origin.AUDIT).exists()


def test_refresh_counts_the_first_of_several_answers(champion: Deployment, audited: list[Note]) -> None:
    first = accuracy.refresh(champion.project)
    Measurement.objects.all().delete()
    source = predictions.Source(champion.model_id, champion.pk, Prediction.Origin.API)
    predictions.record(found=[predictions.Found(note, []) for note in audited], source=source)
    again = accuracy.refresh(champion.project)
    assert first is not None
    assert again is not None
    assert again.value == first.value


def test_new_champion_is_scored_on_the_old_audits(
    champion: Deployment, audited: list[Note], cast: Cast, trained: ner.Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = accuracy.refresh(champion.project)
    second = make_candidate(champion.project, cast, trained, monkeypatch)
    deployment = decisions.approve(model=second, by=cast.approver, reason="Newer.")
    assert accuracy.latest(champion.project, deployment) is None
    measured = accuracy.refresh(champion.project)
    assert first is not None
    assert measured is not None
    assert (measured.model, measured.value) == (second, first.value), "the same weights on the same notes"
    rows = Prediction.objects.filter(model=second, origin=Prediction.Origin.AUDIT)
    assert set(rows.values_list("note_id", flat=True)) == {note.pk for note in audited}


def test_training_never_sees_an_audited_note(champion: Deployment, audited: list[Note]) -> None:
    trainable = Annotation.objects.filter(project=champion.project).trainable()
    assert not trainable.filter(note__in=audited).exists()
    assert trainable.count() == 60


def test_kpi_on_the_home_page_is_the_measurement(
    champion: Deployment, audited: list[Note], cast: Cast, browser_of: object
) -> None:
    measured = accuracy.refresh(champion.project)
    assert measured is not None
    home, member = reverse("project", args=["clinic"]), browser_of(cast.annotator)  # type: ignore[operator]
    assert "Not enough audited notes (4 of 100)." in member.get(home).content.decode()
    assert f"{measured.value['f1'] * 100:.1f}" not in member.get(home).content.decode()
    Measurement.objects.update(value={**measured.value, "notes": 100})
    page = member.get(home)
    assert page.context["kpi"]["f1"] == measured.value["f1"]
    assert page.context["kpi"]["verdict"].sentence in page.content.decode()
    assert page.context["audits"] == {"done": 4, "waiting": 0}
    assert f"{measured.value['f1'] * 100:.1f}" in page.content.decode()
