"""Two blind annotations of one note, and what becomes of them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from annotation.actions import doubles, revisions, tasks
from annotation.errors import TooLate
from annotation.models import Annotation, Note, Project, Task, User
from annotation.spans import MarkedSpan, Span
from tests.annotation.conftest import DISEASE, TREATMENT
from tests.conftest import Cast
from tests.together import together

AddTask = Callable[..., Task]
Status = Annotation.Status


@pytest.fixture
def pair(project: Project, add_task: AddTask) -> tuple[Task, Task]:
    """The two tasks of a note that the lot drew."""
    project.double_share = 1.0
    project.save()
    first = add_task()
    return first, Task.objects.get(note=first.note, reason=Task.Reason.DOUBLE)


def annotate(task: Task, by: User, *spans: Span, flag: bool = False) -> Annotation:
    held = tasks.take(task=task, by=by)
    base = revisions.base_of(held)
    revision = base.revision if base else 0
    return revisions.submit(task=held, by=by, spans=spans, base_revision=revision, seconds=5, flag=flag)


def gold_of(note: Note) -> Annotation | None:
    return Annotation.objects.gold().filter(note=note).first()


def test_doubled_note_has_two_blind_tasks_for_two_people(project: Project, cast: Cast, pair: tuple[Task, Task]) -> None:
    assert [(task.blind, task.doubled) for task in pair] == [(True, True)] * 2
    assert tasks.take_next(project=project, by=cast.annotator) == pair[0]
    assert tasks.take_next(project=project, by=cast.annotator, holding=[pair[0].pk]) is None
    with pytest.raises(TooLate):
        tasks.take(task=pair[1], by=cast.annotator)
    assert tasks.take_next(project=project, by=cast.annotator2) == pair[1]


def test_first_annotation_waits_and_is_seen_by_nobody(cast: Cast, pair: tuple[Task, Task]) -> None:
    made = annotate(pair[0], cast.annotator, DISEASE)
    assert (made.status, gold_of(made.note)) == (Status.SUBMITTED, None)
    assert revisions.base_of(tasks.take(task=pair[1], by=cast.annotator2)) is None


def test_equal_annotations_are_gold(cast: Cast, pair: tuple[Task, Task]) -> None:
    first = annotate(pair[0], cast.annotator, DISEASE)
    second = annotate(pair[1], cast.annotator2, DISEASE)
    first.refresh_from_db()
    assert (gold_of(first.note), first.status) == (second, Status.SUPERSEDED)
    assert not Task.objects.filter(reason=Task.Reason.ADJUDICATE).exists()


def test_different_annotations_go_to_a_reviewer_who_made_neither(
    project: Project, cast: Cast, pair: tuple[Task, Task]
) -> None:
    first, second = annotate(pair[0], cast.annotator, DISEASE), annotate(pair[1], cast.annotator2, TREATMENT)
    assert gold_of(first.note) is None
    take = partial(tasks.take_next, project=project, adjudicate=True)
    assert take(by=cast.annotator) is None
    assert tasks.take_next(project=project, by=cast.reviewer) is None, "it is not in the annotators' queue"
    task = take(by=cast.reviewer)
    assert task is not None
    assert doubles.versions(task.note) == [first, second]
    settled = revisions.submit(task=task, by=cast.reviewer, spans=[DISEASE, TREATMENT], base_revision=0, seconds=9)
    assert gold_of(task.note) == settled
    assert set(task.note.annotations.exclude(pk=settled.pk).values_list("status", flat=True)) == {Status.SUPERSEDED}


def test_audit_that_was_doubled_counts_once_settled(project: Project, cast: Cast, add_task: AddTask) -> None:
    project.double_share = 1.0
    project.save()
    audit = add_task(reason=Task.Reason.RANDOM_AUDIT)
    annotate(audit, cast.annotator, DISEASE)
    audited = Annotation.objects.filter(project=project).audited()
    assert not audited.exists()
    annotate(Task.objects.get(note=audit.note, reason=Task.Reason.DOUBLE), cast.annotator2, TREATMENT)
    assert not audited.exists()
    settled = annotate(Task.objects.get(reason=Task.Reason.ADJUDICATE), cast.reviewer, DISEASE)
    assert list(audited) == [settled]


def test_flagged_note_waits_for_a_second_opinion(project: Project, cast: Cast, add_task: AddTask) -> None:
    task = add_task()
    made = annotate(task, cast.annotator, DISEASE, flag=True)
    assert (made.status, gold_of(task.note)) == (Status.SUBMITTED, None)
    assert tasks.take_next(project=project, by=cast.annotator) is None
    second = tasks.take_next(project=project, by=cast.annotator2)
    assert second is not None
    assert (second.note, second.reason, second.blind) == (task.note, Task.Reason.DOUBLE, True)


def test_flagged_note_opened_again_shows_ones_own_work(cast: Cast, add_task: AddTask) -> None:
    made = annotate(add_task(), cast.annotator, DISEASE, flag=True)
    assert made.task is not None
    assert revisions.base_of(tasks.reopen(task=made.task, by=cast.annotator)) == made


def test_annotations_that_differ_in_what_they_say_of_a_span_go_to_a_reviewer(
    cast: Cast, pair: tuple[Task, Task]
) -> None:
    held = tasks.take(task=pair[0], by=cast.annotator)
    spans = [MarkedSpan(*DISEASE, ("negated",))]
    revisions.submit(task=held, by=cast.annotator, spans=spans, base_revision=0, seconds=5)
    annotate(pair[1], cast.annotator2, DISEASE)
    assert Task.objects.filter(reason=Task.Reason.ADJUDICATE).exists()


def test_skipped_second_leaves_the_first_as_gold(cast: Cast, pair: tuple[Task, Task]) -> None:
    first = annotate(pair[0], cast.annotator, DISEASE)
    tasks.skip(task=tasks.take(task=pair[1], by=cast.annotator2), by=cast.annotator2, reason="language")
    assert gold_of(first.note) == first


def test_reopen_is_possible_until_both_are_in(cast: Cast, pair: tuple[Task, Task]) -> None:
    annotate(pair[0], cast.annotator, DISEASE)
    reopened = tasks.reopen(task=pair[0], by=cast.annotator)
    revisions.submit(task=reopened, by=cast.annotator, spans=[TREATMENT], base_revision=1, seconds=1)
    annotate(pair[1], cast.annotator2, TREATMENT)
    assert gold_of(pair[0].note) is not None
    for task, who in ((pair[0], cast.annotator), (pair[1], cast.annotator2)):
        with pytest.raises(TooLate, match="settled"):
            tasks.reopen(task=task, by=who)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("other", "gold", "adjudications"), [(DISEASE, 1, 0), (TREATMENT, 0, 1)])
def test_both_submitted_at_once_are_settled_once(
    cast: Cast, pair: tuple[Task, Task], other: Span, gold: int, adjudications: int
) -> None:
    held = [tasks.take(task=task, by=who) for task, who in zip(pair, (cast.annotator, cast.annotator2), strict=True)]
    send = partial(revisions.submit, base_revision=0, seconds=1)
    made = together(
        partial(send, task=held[0], by=cast.annotator, spans=[DISEASE]),
        partial(send, task=held[1], by=cast.annotator2, spans=[other]),
    )
    assert all(isinstance(one, Annotation) for one in made), made
    assert Annotation.objects.gold().count() == gold
    assert Task.objects.filter(reason=Task.Reason.ADJUDICATE).count() == adjudications
