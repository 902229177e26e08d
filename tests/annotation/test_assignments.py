from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from annotation.actions import assignments, choosing, revisions, tasks, teams
from annotation.actions.choosing import Choice
from annotation.errors import ActionError, TooLate
from annotation.models import Annotation, Note, NoteIndex, Project, Task
from annotation.spans import Span
from tests.annotation.conftest import DISEASE, TREATMENT
from tests.conftest import Cast
from tests.disputes import annotate_twice
from tests.together import together

AddNote = Callable[..., Note]
AddTask = Callable[..., Task]
Reason = Task.Reason


@pytest.fixture
def ask(project: Project, cast: Cast) -> Callable[..., assignments.Opened]:
    """Ask for the annotation of notes, by the reviewer."""

    def ask(*notes: Note, reason: str = Reason.LABEL, **more: object) -> assignments.Opened:
        ids = [note.pk for note in notes]
        return assignments.open_for_notes(project=project, note_ids=ids, reason=reason, by=cast.reviewer, **more)

    return ask


def annotate(task: Task, by: object, *spans: Span) -> Annotation:
    held = tasks.take(task=task, by=by)
    base = revisions.base_of(held)
    return revisions.submit(task=held, by=by, spans=list(spans), base_revision=base.revision if base else 0, seconds=9)


# Asking -----------------------------------------------------------------------------------------------------------
def test_open_for_notes_opens_one_task_a_note_for_the_person(ask: Callable, cast: Cast, add_note: AddNote) -> None:
    one, two = add_note(), add_note()
    opened = ask(one, two, reason=Reason.FEEDBACK, reserved_for=cast.annotator, priority=10)
    assert str(opened) == "Asked for 2 notes."
    rows = Task.objects.values_list("note", "reason", "reserved_for", "priority", "created_by", "blind", "doubled")
    fields = (Reason.FEEDBACK, cast.annotator.pk, 10, cast.reviewer.pk, False, False)
    assert sorted(rows) == [(one.pk, *fields), (two.pk, *fields)]
    assert tasks.take_next(project=one.project, by=cast.annotator2) is None
    assert tasks.take_next(project=one.project, by=cast.annotator).note_id == one.pk


def test_open_for_notes_second_time_leaves_out_what_waits(ask: Callable, add_note: AddNote) -> None:
    note = add_note()
    ask(note)
    again = ask(note, reason=Reason.UNCERTAINTY)
    assert (again.notes, again.left_out) == (0, {"waiting already, or with somebody": 1})
    assert str(again) == "Asked for 0 notes. 1 left out: waiting already, or with somebody."
    assert Task.objects.count() == 1


def test_open_for_notes_asks_again_for_gold(ask: Callable, cast: Cast, add_task: AddTask) -> None:
    task = add_task()
    annotate(task, cast.annotator, DISEASE)
    assert ask(task.note, reason=Reason.FEEDBACK).notes == 1
    assert annotate(Task.objects.get(reason=Reason.FEEDBACK), cast.annotator2, DISEASE, TREATMENT).status == "gold"


def test_open_for_notes_by_two_gives_a_blind_pair(ask: Callable, cast: Cast, add_note: AddNote) -> None:
    note = add_note()
    ask(note, doubled=True, reserved_for=cast.annotator)
    first, second = note.tasks.order_by("pk")
    assert (first.reason, first.reserved_for, second.reason, second.reserved_for) == (
        Reason.LABEL, cast.annotator, Reason.DOUBLE, None,
    )  # fmt: skip
    assert first.blind
    assert second.blind
    assert first.doubled
    assert second.doubled


@pytest.mark.parametrize(
    "prepare",
    [
        lambda note, cast, ask: Note.objects.filter(pk=note.pk).update(status="withdrawn"),
        lambda note, cast, ask: annotate_twice(note.project, (cast.annotator, cast.annotator2), note.text, [], []),
    ],
    ids=["withdrawn", "other"],
)
def test_open_for_notes_leaves_out_notes_that_are_gone(
    ask: Callable, cast: Cast, add_note: AddNote, prepare: Callable
) -> None:
    note, stranger = add_note(), add_note(into=cast.outsider.memberships.first().project)
    prepare(note, cast, ask)
    opened = ask(note, stranger)
    assert opened.left_out["no notes of this project"] == 1
    assert opened.notes + opened.left_out.get("withdrawn or erased", 0) == 1


def test_open_for_notes_leaves_audits_alone(ask: Callable, cast: Cast, add_task: AddTask) -> None:
    audit = add_task(reason=Reason.RANDOM_AUDIT)
    annotate(audit, cast.annotator, DISEASE)
    assert "audit sample" in str(ask(audit.note))
    assert ask(audit.note, reason=Reason.DOUBLE).notes == 1


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"reason": "random_audit"}, "can't be asked for"),
        ({"reason": "nonsense"}, "can't be asked for"),
        ({"priority": 1000}, "priority"),
        ({"reason": "double", "doubled": True}, "one more person"),
    ],
)
def test_open_for_notes_refuses_what_makes_no_sense(ask: Callable, add_note: AddNote, more: dict, message: str) -> None:
    with pytest.raises(ActionError, match=message):
        ask(add_note(), **more)


def test_open_for_notes_for_somebody_who_does_not_annotate_is_refused(
    ask: Callable, cast: Cast, add_note: AddNote
) -> None:
    note = add_note()
    lonely = teams.make(project=note.project, name="One", members=[cast.annotator])
    for more in ({"reserved_for": cast.lead}, {"reserved_for": cast.outsider}, {"team": lonely, "doubled": True}):
        with pytest.raises(ActionError):
            ask(note, **more)
    assert not Task.objects.exists()


def test_open_for_more_notes_than_the_bound_is_refused(project: Project, cast: Cast) -> None:
    with pytest.raises(ActionError, match="5,001 notes"):
        assignments.open_for_notes(project=project, note_ids=range(5001), reason="label", by=cast.reviewer)


@pytest.mark.django_db(transaction=True)
def test_open_for_notes_twice_at_once_opens_one_task(ask: Callable, add_note: AddNote) -> None:
    notes = [add_note() for _ in range(5)]
    results = together(*(partial(ask, *notes, reason=reason) for reason in (Reason.LABEL, Reason.FEEDBACK) * 2))
    assert Task.objects.count() == 5
    assert sum(result.notes for result in results if isinstance(result, assignments.Opened)) == 5
    assert all(isinstance(result, assignments.Opened | TooLate) for result in results)


# Second opinions --------------------------------------------------------------------------------------------------
def test_second_opinion_that_agrees_leaves_gold_and_one_that_differs_goes_to_a_reviewer(
    ask: Callable, cast: Cast, add_task: AddTask
) -> None:
    same, other = add_task(), add_task()
    for task in (same, other):
        annotate(task, cast.annotator, DISEASE)
    assert ask(same.note, other.note, reason=Reason.DOUBLE).notes == 2
    first = annotate(same.note.tasks.get(reason=Reason.DOUBLE), cast.annotator2, DISEASE)
    first.refresh_from_db()
    assert first.status == "gold"
    second = annotate(other.note.tasks.get(reason=Reason.DOUBLE), cast.annotator2, TREATMENT)
    second.refresh_from_db()
    assert second.status == "submitted"
    assert other.note.annotations.gold().get().author == cast.annotator, "the gold stands until it is settled"
    settled = annotate(other.note.tasks.get(reason=Reason.ADJUDICATE), cast.reviewer, DISEASE, TREATMENT)
    assert other.note.annotations.gold().get() == settled


def test_second_opinion_is_not_asked_of_who_gave_the_first(ask: Callable, cast: Cast, add_task: AddTask) -> None:
    task = add_task()
    annotate(task, cast.annotator, DISEASE)
    assert "annotated first by" in str(ask(task.note, reason=Reason.DOUBLE, reserved_for=cast.annotator))
    ask(task.note, reason=Reason.DOUBLE)
    assert tasks.take_next(project=task.project, by=cast.annotator) is None
    assert "two people" in str(ask(task.note, reason=Reason.DOUBLE))


def test_second_opinion_on_a_note_nobody_has_begun_makes_the_pair_blind(ask: Callable, add_task: AddTask) -> None:
    task = add_task()
    ask(task.note, reason=Reason.DOUBLE)
    task.refresh_from_db()
    assert task.blind
    assert task.doubled


def test_second_opinion_on_what_no_person_annotated_is_left_out(ask: Callable, add_note: AddNote) -> None:
    assert "without a person's annotation" in str(ask(add_note(), reason=Reason.DOUBLE))


# Choosing ---------------------------------------------------------------------------------------------------------
def test_choose_takes_notes_that_can_be_asked_for_in_order(project: Project, cast: Cast, add_task: AddTask) -> None:
    done, audited, waits = add_task(), add_task(reason=Reason.RANDOM_AUDIT), add_task()
    for task in (done, audited):
        annotate(task, cast.annotator, DISEASE)
    plain, city = [add_task().note for _ in range(2)]
    Task.objects.filter(note__in=[plain, city]).delete()
    Note.objects.filter(pk=city.pk).update(city="Pune")

    def chosen(count: int = 9, second: bool = False, **more: object) -> list[int]:
        return choosing.choose(project=project, choice=Choice(count=count, **more), second=second)

    assert chosen() == [city.pk, plain.pk, done.note_id]
    assert chosen(order="oldest", count=2) == [done.note_id, plain.pk]
    assert chosen(facets={"city": "Pune", "specialty": "", "status": "erased"}) == [city.pk]
    assert (chosen(gold=True), chosen(gold=False)) == ([done.note_id], [city.pk, plain.pk])
    assert chosen(second=True) == [audited.note_id, done.note_id]
    assert waits.note_id not in chosen()
    with pytest.raises(ActionError, match="1 to 5,000"):
        chosen(count=0)


def test_choose_the_least_certain_has_unscored_notes_last(project: Project, add_note: AddNote) -> None:
    rows = [add_note() for _ in range(3)]
    for note, score in zip(rows, (None, 0.9, 0.3), strict=True):
        NoteIndex.objects.update_or_create(
            note=note, defaults={"project": project, "terms": [], "status": "none", "min_score": score}
        )
    found = choosing.choose(project=project, choice=Choice(count=9, order="least_certain"))
    assert found == [rows[2].pk, rows[1].pk, rows[0].pk]


def test_offered_facets_are_those_of_the_notes(project: Project, add_note: AddNote) -> None:
    Note.objects.filter(pk=add_note().pk).update(city="Pune")
    add_note()
    assert choosing.offered(project)["city"] == ["Pune"]
