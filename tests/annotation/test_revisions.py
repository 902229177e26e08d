from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from django.db import IntegrityError, transaction

from annotation.actions import revisions, tasks
from annotation.errors import ActionError, TooLate
from annotation.models import Annotation, Note, Project, Task
from annotation.spans import ScoredSpan, Span
from tests.annotation.conftest import DISEASE, TREATMENT, let_lapse
from tests.conftest import Cast
from tests.together import together

AddTask = Callable[..., Task]
AddNote = Callable[..., Note]
Status = Annotation.Status


@pytest.fixture
def held(cast: Cast, add_task: AddTask) -> Task:
    return tasks.take(task=add_task(), by=cast.annotator)


def gold_of(note: Note) -> Annotation:
    return Annotation.objects.gold().get(note=note)


def prelabel(project: Project, note: Note) -> int:
    found = {note.pk: [ScoredSpan(6, 14, "DISEASE", 0.9)]}
    return revisions.add_prelabels(project=project, found=found, author_model="clinic v1")


# Submit ---------------------------------------------------------------------------------------------------------------
def test_submit_of_a_held_task_makes_gold_and_closes_it(cast: Cast, held: Task) -> None:
    made = revisions.submit(task=held, by=cast.annotator, spans=[TREATMENT, DISEASE], base_revision=0, seconds=14)
    held.refresh_from_db()
    assert (held.status, held.seconds_spent) == (Task.Status.ACCEPTED, 14)
    assert gold_of(held.note) == made
    assert made.spans == [DISEASE, TREATMENT]
    assert (made.author, made.origin, made.revision, made.seconds) == (cast.annotator, "human", 1, 14)


def test_submit_of_no_spans_says_that_the_note_has_none(cast: Cast, held: Task) -> None:
    assert revisions.submit(task=held, by=cast.annotator, spans=[], base_revision=0, seconds=1).spans == []


@pytest.mark.parametrize(("sent", "kept"), [(-5, 0), (10**9, 86_400)])
def test_submit_with_impossible_seconds_keeps_possible_ones(cast: Cast, held: Task, sent: int, kept: int) -> None:
    made = revisions.submit(task=held, by=cast.annotator, spans=[], base_revision=0, seconds=sent)
    assert made.seconds == kept


def test_submit_second_time_with_the_same_spans_gives_the_same_annotation(cast: Cast, held: Task) -> None:
    send = partial(revisions.submit, task=held, by=cast.annotator, base_revision=0, seconds=1)
    assert send(spans=[DISEASE, TREATMENT]) == send(spans=[TREATMENT, DISEASE])
    assert Annotation.objects.count() == 1


def test_submit_second_time_with_other_spans_is_refused(cast: Cast, held: Task) -> None:
    first = revisions.submit(task=held, by=cast.annotator, spans=[DISEASE], base_revision=0, seconds=1)
    with pytest.raises(TooLate, match="your change was not saved"):
        revisions.submit(task=held, by=cast.annotator, spans=[TREATMENT], base_revision=1, seconds=1)
    assert gold_of(held.note) == first


def test_submit_by_another_is_refused(cast: Cast, held: Task) -> None:
    with pytest.raises(TooLate):
        revisions.submit(task=held, by=cast.annotator2, spans=[DISEASE], base_revision=0, seconds=1)
    held.refresh_from_db()
    assert held.status == Task.Status.IN_PROGRESS


def test_submit_of_a_task_nobody_took_is_refused(cast: Cast, add_task: AddTask) -> None:
    with pytest.raises(TooLate):
        revisions.submit(task=add_task(), by=cast.annotator, spans=[DISEASE], base_revision=0, seconds=1)


def test_submit_after_the_task_was_passed_on_is_refused(cast: Cast, held: Task) -> None:
    let_lapse(held)
    tasks.take(task=Task.objects.get(pk=held.pk), by=cast.annotator2)
    with pytest.raises(TooLate):
        revisions.submit(task=held, by=cast.annotator, spans=[DISEASE], base_revision=0, seconds=1)


def test_submit_after_the_lease_ran_out_but_nobody_came_is_taken(cast: Cast, held: Task) -> None:
    let_lapse(held)
    assert revisions.submit(task=held, by=cast.annotator, spans=[DISEASE], base_revision=0, seconds=1)


def test_submit_on_an_older_revision_is_refused_and_the_task_stays(project: Project, cast: Cast, held: Task) -> None:
    revisions.add_imported(project=project, spans={held.note_id: [TREATMENT]}, by=cast.reviewer, gold=True)
    with pytest.raises(TooLate, match="after you opened it"):
        revisions.submit(task=held, by=cast.annotator, spans=[DISEASE], base_revision=0, seconds=1)
    held.refresh_from_db()
    assert held.status == Task.Status.IN_PROGRESS
    assert gold_of(held.note).spans == [TREATMENT]


def test_submit_on_the_newest_revision_supersedes_the_gold(project: Project, cast: Cast, held: Task) -> None:
    (old,) = revisions.add_imported(project=project, spans={held.note_id: [TREATMENT]}, by=cast.reviewer, gold=True)
    new = revisions.submit(task=held, by=cast.annotator, spans=[DISEASE], base_revision=1, seconds=1)
    old.refresh_from_db()
    assert old.status == Status.SUPERSEDED
    assert (new.parent, new.revision) == (old, 2)
    assert gold_of(held.note) == new


def test_submit_of_a_blind_task_needs_no_revision(project: Project, cast: Cast, add_task: AddTask) -> None:
    task = tasks.take(task=add_task(reason=Task.Reason.RANDOM_AUDIT), by=cast.annotator)
    revisions.add_imported(project=project, spans={task.note_id: [TREATMENT]}, by=cast.reviewer, gold=False)
    revisions.submit(task=task, by=cast.annotator, spans=[DISEASE], base_revision=0, seconds=1)
    assert list(Annotation.objects.filter(project=project).audited()) == [gold_of(task.note)]


@pytest.mark.parametrize(
    "spans", [[Span(0, 99, "DISEASE")], [Span(6, 14, "DRUG")], [DISEASE, Span(8, 12, "TREATMENT")], [Span(5, 14, "D")]]
)
def test_submit_of_bad_spans_is_refused_without_the_text(cast: Cast, held: Task, spans: list[Span]) -> None:
    with pytest.raises(ActionError) as caught:
        revisions.submit(task=held, by=cast.annotator, spans=spans, base_revision=0, seconds=1)
    assert "diabetes" not in str(caught.value)
    held.refresh_from_db()
    assert held.status == Task.Status.IN_PROGRESS
    assert not Annotation.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_submit_twice_at_once_has_one_winner(cast: Cast, held: Task) -> None:
    send = partial(revisions.submit, task=held, by=cast.annotator, base_revision=0, seconds=1)
    results = together(partial(send, spans=[DISEASE]), partial(send, spans=[TREATMENT]))
    assert sorted(type(result).__name__ for result in results) == ["Annotation", "TooLate"]
    assert Annotation.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_submit_of_two_tasks_of_one_note_at_once_leaves_one_gold(cast: Cast, add_task: AddTask, held: Task) -> None:
    audit = tasks.take(task=add_task(note=held.note, reason=Task.Reason.RANDOM_AUDIT), by=cast.annotator2)
    send = partial(revisions.submit, base_revision=0, seconds=1)
    blind, seen = together(
        partial(send, task=audit, by=cast.annotator2, spans=[DISEASE]),
        partial(send, task=held, by=cast.annotator, spans=[TREATMENT]),
    )
    assert isinstance(blind, Annotation)
    assert isinstance(seen, Annotation | TooLate)  # too late only when the blind one was saved before
    assert gold_of(held.note) == blind


# What the annotator starts from ---------------------------------------------------------------------------------------
def test_start_of_an_ordinary_task_shows_the_newest_revision(project: Project, cast: Cast, add_task: AddTask) -> None:
    task = add_task()
    prelabel(project, task.note)
    _, base = revisions.start(task=task, by=cast.annotator)
    assert base is not None
    assert (base.author_model, base.spans) == ("clinic v1", [DISEASE])


def test_start_of_a_blind_task_shows_nothing(project: Project, cast: Cast, add_task: AddTask) -> None:
    task = add_task(reason=Task.Reason.RANDOM_AUDIT)
    revisions.add_imported(project=project, spans={task.note_id: [DISEASE]}, by=cast.reviewer, gold=False)
    _, base = revisions.start(task=task, by=cast.annotator)
    assert base is None


# Pre-annotations ------------------------------------------------------------------------------------------------------
def test_prelabels_for_an_open_task_are_drafts_by_the_model(project: Project, add_task: AddTask) -> None:
    note = add_task().note
    assert prelabel(project, note) == 1
    draft = revisions.latest(note)
    assert draft is not None
    assert (draft.status, draft.origin, draft.author) == (Status.DRAFT, "prelabel", None)


def test_prelabels_for_a_task_somebody_began_are_left_out(project: Project, held: Task) -> None:
    assert prelabel(project, held.note) == 0


def test_prelabels_for_a_blind_task_are_left_out(project: Project, add_task: AddTask) -> None:
    assert prelabel(project, add_task(reason=Task.Reason.RANDOM_AUDIT).note) == 0


def test_prelabels_for_a_note_without_task_are_left_out(project: Project, add_note: AddNote) -> None:
    assert prelabel(project, add_note()) == 0


# The database refuses -------------------------------------------------------------------------------------------------
def test_gold_second_for_a_note_is_refused_by_the_database(project: Project, cast: Cast, add_note: AddNote) -> None:
    add = partial(revisions.add_imported, project=project, spans={add_note().pk: [DISEASE]}, by=cast.lead, gold=True)
    add()
    with pytest.raises(IntegrityError, match="annotation_one_current_gold_per_note"), transaction.atomic():
        add()


def test_gold_by_a_model_is_refused_by_the_database(project: Project, add_task: AddTask) -> None:
    prelabel(project, add_task().note)
    with pytest.raises(IntegrityError, match="annotation_model_never_writes_gold"), transaction.atomic():
        Annotation.objects.update(status=Status.GOLD)


def test_annotation_without_author_is_refused_by_the_database(project: Project, cast: Cast, add_note: AddNote) -> None:
    revisions.add_imported(project=project, spans={add_note().pk: []}, by=cast.lead, gold=False)
    with pytest.raises(IntegrityError, match="annotation_has_one_author"), transaction.atomic():
        Annotation.objects.update(author=None)


def test_trainable_leaves_audited_and_withdrawn_notes_out(
    project: Project, cast: Cast, add_note: AddNote, add_task: AddTask
) -> None:
    kept, withdrawn, audited = add_note(), add_note(), add_task(reason=Task.Reason.RANDOM_AUDIT).note
    spans = {note.pk: [DISEASE] for note in (kept, withdrawn, audited)}
    revisions.add_imported(project=project, spans=spans, by=cast.lead, gold=True)
    Note.objects.filter(pk=withdrawn.pk).update(status=Note.Status.WITHDRAWN)
    assert [row.note for row in Annotation.objects.trainable()] == [kept]
