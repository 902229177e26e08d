from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from django.utils import timezone

from annotation.actions import drafts, projects, revisions, tasks
from annotation.errors import ActionError, TooLate
from annotation.models import Annotation, Draft, Project, QueueOrder, Task, Team
from annotation.spans import ScoredSpan
from tests.annotation.conftest import DISEASE, let_lapse
from tests.conftest import Cast
from tests.together import together

AddTask = Callable[..., Task]
Status = Task.Status


# Take the next --------------------------------------------------------------------------------------------------------
def test_take_next_with_several_waiting_gives_the_oldest_note(project: Project, cast: Cast, add_task: AddTask) -> None:
    first, second = add_task(), add_task()
    one, two = (tasks.take_next(project=project, by=who) for who in (cast.annotator, cast.annotator2))
    assert (one, two) == (first, second)


def test_take_next_with_a_priority_gives_that_first(project: Project, cast: Cast, add_task: AddTask) -> None:
    add_task()
    urgent = add_task()
    Task.objects.filter(pk=urgent.pk).update(priority=1)
    assert tasks.take_next(project=project, by=cast.annotator) == urgent


def test_take_next_second_time_gives_the_note_already_held(project: Project, cast: Cast, add_task: AddTask) -> None:
    add_task(), add_task()
    assert tasks.take_next(project=project, by=cast.annotator) == tasks.take_next(project=project, by=cast.annotator)
    assert Task.objects.filter(status=Status.IN_PROGRESS).count() == 1


def test_take_next_with_an_empty_queue_gives_nothing(project: Project, cast: Cast, add_task: AddTask) -> None:
    held = add_task()
    tasks.take(task=held, by=cast.annotator2)
    assert tasks.take_next(project=project, by=cast.annotator) is None


def test_take_next_of_another_project_gives_nothing(cast: Cast, add_task: AddTask) -> None:
    add_task()
    assert tasks.take_next(project=projects.get("elsewhere"), by=cast.outsider) is None


def test_take_next_after_a_lease_ran_out_passes_the_note_on(project: Project, cast: Cast, add_task: AddTask) -> None:
    task = tasks.take(task=add_task(), by=cast.annotator)
    let_lapse(task)
    passed_on = tasks.take_next(project=project, by=cast.annotator2)
    assert passed_on == task
    assert passed_on.assignee == cast.annotator2


@pytest.mark.django_db(transaction=True)
def test_take_next_by_four_at_once_gives_each_note_once(project: Project, cast: Cast, add_task: AddTask) -> None:
    waiting = {add_task() for _ in range(3)}
    people = (cast.annotator, cast.annotator2, cast.reviewer, cast.lead)
    taken = together(*(partial(tasks.take_next, project=project, by=who) for who in people))
    # One who finds every row locked by others is told that the queue is empty; nobody gets another's note.
    given = [task for task in taken if task is not None]
    assert len(given) == len(set(given)) == 3
    assert set(given) == waiting


# Take this one --------------------------------------------------------------------------------------------------------
def test_take_of_an_open_task_leases_it(cast: Cast, add_task: AddTask) -> None:
    task = tasks.take(task=add_task(), by=cast.annotator)
    task.refresh_from_db()
    assert (task.status, task.assignee) == (Status.IN_PROGRESS, cast.annotator)
    assert task.lease_until > timezone.now()


def test_take_second_time_by_the_same_person_renews_the_lease(cast: Cast, add_task: AddTask) -> None:
    task = tasks.take(task=add_task(), by=cast.annotator)
    before = task.lease_until
    assert tasks.take(task=task, by=cast.annotator).lease_until > before


def test_take_of_somebody_elses_task_is_refused(cast: Cast, add_task: AddTask) -> None:
    task = tasks.take(task=add_task(), by=cast.annotator)
    with pytest.raises(TooLate, match="somebody else"):
        tasks.take(task=task, by=cast.annotator2)
    task.refresh_from_db()
    assert task.assignee == cast.annotator


def test_take_of_a_done_task_is_refused(cast: Cast, add_task: AddTask) -> None:
    task = tasks.take(task=add_task(), by=cast.annotator)
    revisions.submit(task=task, by=cast.annotator, spans=[DISEASE], base_revision=0, seconds=1)
    task.refresh_from_db()
    with pytest.raises(TooLate):
        tasks.take(task=task, by=cast.annotator)


def test_take_by_its_holder_after_it_was_passed_on_is_refused(cast: Cast, add_task: AddTask) -> None:
    stale = tasks.take(task=add_task(), by=cast.annotator)
    let_lapse(stale)
    tasks.take(task=Task.objects.get(pk=stale.pk), by=cast.annotator2)
    with pytest.raises(TooLate, match="back to the queue"):
        tasks.take(task=stale, by=cast.annotator)


@pytest.mark.django_db(transaction=True)
def test_take_by_two_at_once_has_one_winner(cast: Cast, add_task: AddTask, monkeypatch: pytest.MonkeyPatch) -> None:
    lease = tasks._lease
    # Both have looked before either writes, unless the row is locked.
    monkeypatch.setattr(tasks, "_lease", lambda *args: (time.sleep(0.2), lease(*args)))
    task = add_task()
    people = (cast.annotator, cast.annotator2)
    results = together(*(partial(tasks.take, task=task, by=who) for who in people))
    assert sorted(type(result).__name__ for result in results) == ["Task", "TooLate"]
    winner = next(result for result in results if isinstance(result, Task))
    task.refresh_from_db()
    assert task.assignee == winner.assignee


# Skip -----------------------------------------------------------------------------------------------------------------
def test_skip_with_a_reason_closes_the_task_and_its_draft(cast: Cast, add_task: AddTask) -> None:
    task = tasks.take(task=add_task(), by=cast.annotator)
    drafts.save(task=task, by=cast.annotator, spans=[], seconds=1, base_revision=0, version=0)
    tasks.skip(task=task, by=cast.annotator, reason="unreadable")
    task.refresh_from_db()
    assert (task.status, task.skip_reason, task.assignee) == (Status.SKIPPED, "unreadable", cast.annotator)
    assert task.closed_at is not None
    assert not Draft.objects.exists()


@pytest.mark.parametrize("reason", ["", "Mr Rao has no disease"])
def test_skip_without_one_of_the_reasons_is_refused(cast: Cast, add_task: AddTask, reason: str) -> None:
    task = tasks.take(task=add_task(), by=cast.annotator)
    with pytest.raises(ActionError, match="one of the reasons"):
        tasks.skip(task=task, by=cast.annotator, reason=reason)
    task.refresh_from_db()
    assert task.status == Status.IN_PROGRESS


def test_skip_second_time_is_refused_and_keeps_the_first_reason(cast: Cast, add_task: AddTask) -> None:
    task = tasks.take(task=add_task(), by=cast.annotator)
    tasks.skip(task=task, by=cast.annotator, reason="language")
    with pytest.raises(TooLate):
        tasks.skip(task=task, by=cast.annotator, reason="other")
    task.refresh_from_db()
    assert task.skip_reason == "language"


def test_skip_of_somebody_elses_task_is_refused(cast: Cast, add_task: AddTask) -> None:
    task = tasks.take(task=add_task(), by=cast.annotator)
    with pytest.raises(TooLate):
        tasks.skip(task=task, by=cast.annotator2, reason="other")
    task.refresh_from_db()
    assert task.status == Status.IN_PROGRESS


# Beside the note in hand ----------------------------------------------------------------------------------------------
def test_take_next_beside_the_note_in_hand_gives_another(project: Project, cast: Cast, add_task: AddTask) -> None:
    first, second = add_task(), add_task()
    assert tasks.take_next(project=project, by=cast.annotator) == first
    take = partial(tasks.take_next, project=project, by=cast.annotator, holding=[first.pk])
    assert take() == take() == second


def test_take_next_with_enough_in_hand_gives_nothing(project: Project, cast: Cast, add_task: AddTask) -> None:
    waiting = [add_task() for _ in range(tasks.MAX_HELD + 1)]
    holding: list[int] = []
    while task := tasks.take_next(project=project, by=cast.annotator, holding=holding):
        holding.append(task.pk)
    assert holding == [task.pk for task in waiting[:-1]]


def test_take_next_gives_what_is_for_the_person_then_the_team_then_everybody(
    project: Project, cast: Cast, add_task: AddTask
) -> None:
    anybodys, teams, own = add_task(), add_task(), add_task()
    team = Team.objects.create(project=project, name="Cardiology")
    team.members.add(cast.annotator)
    Task.objects.filter(pk=teams.pk).update(team=team)
    Task.objects.filter(pk=own.pk).update(reserved_for=cast.annotator)
    assert tasks.take_next(project=project, by=cast.annotator2) == anybodys
    assert tasks.take_next(project=project, by=cast.reviewer) is None
    assert tasks.take_next(project=project, by=cast.annotator) == own
    assert tasks.take_next(project=project, by=cast.annotator, holding=[own.pk]) == teams


def test_take_next_by_uncertainty_gives_the_most_doubtful(project: Project, cast: Cast, add_task: AddTask) -> None:
    sure, unsure = add_task(), add_task()
    for task, score in ((sure, 0.95), (unsure, 0.4)):
        found = {task.note_id: [ScoredSpan(6, 14, "DISEASE", score)]}
        revisions.add_prelabels(project=project, found=found, author_model="clinic v1")
    project.queue_order = QueueOrder.UNCERTAINTY
    assert tasks.take_next(project=project, by=cast.annotator) == unsure


def test_give_back_puts_the_note_into_the_queue_once(project: Project, cast: Cast, add_task: AddTask) -> None:
    task = tasks.take(task=add_task(), by=cast.annotator)
    tasks.give_back(task=task, by=cast.annotator)
    with pytest.raises(TooLate):
        tasks.give_back(task=task, by=cast.annotator)
    assert tasks.take_next(project=project, by=cast.annotator2) == task


# Undo across notes ----------------------------------------------------------------------------------------------------
def test_reopen_of_a_submitted_note_keeps_its_gold_until_the_next_submit(cast: Cast, add_task: AddTask) -> None:
    task = tasks.take(task=add_task(), by=cast.annotator)
    first = revisions.submit(task=task, by=cast.annotator, spans=[DISEASE], base_revision=0, seconds=1)
    reopened = tasks.reopen(task=task, by=cast.annotator)
    assert tasks.reopen(task=reopened, by=cast.annotator) == reopened
    assert revisions.base_of(reopened) == first == Annotation.objects.gold().get(note=task.note)
    second = revisions.submit(task=reopened, by=cast.annotator, spans=[], base_revision=1, seconds=2)
    assert (second.parent, Annotation.objects.gold().get(note=task.note)) == (first, second)


def test_reopen_and_left_lapses_into_done(project: Project, cast: Cast, add_task: AddTask) -> None:
    task = tasks.take(task=add_task(), by=cast.annotator)
    made = revisions.submit(task=task, by=cast.annotator, spans=[DISEASE], base_revision=0, seconds=1)
    let_lapse(tasks.reopen(task=task, by=cast.annotator))
    assert tasks.take_next(project=project, by=cast.annotator2) is None
    task.refresh_from_db()
    assert (task.status, task.closed_at) == (Status.ACCEPTED, made.created_at)


def test_reopen_of_another_persons_or_an_old_note_is_refused(cast: Cast, add_task: AddTask) -> None:
    task = tasks.take(task=add_task(), by=cast.annotator)
    revisions.submit(task=task, by=cast.annotator, spans=[DISEASE], base_revision=0, seconds=1)
    with pytest.raises(TooLate):
        tasks.reopen(task=task, by=cast.annotator2)
    Task.objects.filter(pk=task.pk).update(closed_at=timezone.now() - timedelta(days=2))
    with pytest.raises(TooLate, match="last day"):
        tasks.reopen(task=task, by=cast.annotator)


# What waits -----------------------------------------------------------------------------------------------------------
def test_queue_summary_counts_each_state_once(project: Project, cast: Cast, add_task: AddTask) -> None:
    add_task(reason=Task.Reason.RANDOM_AUDIT)
    _, lapsed, skipped, done = (tasks.take(task=add_task(), by=cast.annotator) for _ in range(4))
    let_lapse(lapsed)
    tasks.skip(task=skipped, by=cast.annotator, reason="other")
    revisions.submit(task=done, by=cast.annotator, spans=[], base_revision=0, seconds=1)
    label, audit = Task.objects.filter(project=project).queue_summary()
    assert {name: label[name] for name in ("reason", "waiting", "in_progress", "done", "skipped")} == {
        "reason": "label",
        "waiting": 1,
        "in_progress": 1,
        "done": 1,
        "skipped": 1,
    }
    assert (audit["reason"], audit["name"], audit["waiting"]) == ("random_audit", "Audit (blind)", 1)
