from __future__ import annotations

from collections.abc import Callable

import pytest

from annotation.actions import assignments, handing_out, revisions, tasks, teams
from annotation.actions.audience import Audience
from annotation.errors import ActionError, TooLate
from annotation.models import Note, Project, Task, Team
from tests.annotation.conftest import DISEASE
from tests.conftest import Cast

AddTask = Callable[..., Task]


@pytest.fixture
def team(project: Project, cast: Cast) -> Team:
    return teams.make(project=project, name="Cardiology", members=[cast.annotator2])


def for_whom() -> list[tuple[object, object]]:
    return list(Task.objects.order_by("pk").values_list("reserved_for", "team"))


def test_hand_out_gives_the_next_in_line(project: Project, cast: Cast, team: Team, add_task: AddTask) -> None:
    first, second, third = add_task(), add_task(), add_task()
    Note.objects.filter(pk=second.note_id).update(city="Pune")
    everybody, person = Audience(), Audience(person=cast.annotator)
    assert handing_out.hand_out(project=project, source=everybody, target=person, count=1) == 1
    given = handing_out.hand_out(
        project=project, source=everybody, target=Audience(team=team), count=9, facets={"city": "Pune"}
    )
    assert given == 1
    assert for_whom() == [(cast.annotator.pk, None), (None, team.pk), (None, None)]
    assert tasks.take_next(project=project, by=cast.annotator2) == second
    assert tasks.take_next(project=project, by=cast.annotator) == first
    assert handing_out.hand_out(project=project, source=person, target=everybody, count=9) == 0, "it was begun"
    assert third.status == Task.Status.OPEN


def test_hand_out_never_gives_both_halves_of_a_pair_to_one_person(
    project: Project, cast: Cast, add_task: AddTask
) -> None:
    project.double_share = 1.0
    first = add_task()
    held = tasks.take(task=first, by=cast.annotator)
    revisions.submit(task=held, by=cast.annotator, spans=[DISEASE], base_revision=0, seconds=1)
    target = Audience(person=cast.annotator)
    assert handing_out.hand_out(project=project, source=Audience(), target=target, count=9) == 0
    target = Audience(person=cast.annotator2)
    assert handing_out.hand_out(project=project, source=Audience(), target=target, count=9) == 1


def test_hand_out_that_makes_no_sense_is_refused(project: Project, cast: Cast, add_task: AddTask) -> None:
    add_task()
    everybody = Audience()
    for source, target, count in (
        (everybody, everybody, 1),
        (everybody, Audience(person=cast.lead), 1),
        (everybody, Audience(person=cast.annotator), 0),
    ):
        with pytest.raises(ActionError):
            handing_out.hand_out(project=project, source=source, target=target, count=count)
    assert for_whom() == [(None, None)]


def test_withdraw_takes_away_what_was_asked_for_and_frees_the_rest(
    project: Project, cast: Cast, add_task: AddTask, add_note: Callable[..., Note]
) -> None:
    arrived, begun, person = add_task(), add_task(), Audience(person=cast.annotator)
    handing_out.hand_out(project=project, source=Audience(), target=person, count=9)
    tasks.take(task=begun, by=cast.annotator)
    asked = [add_note().pk for _ in range(2)]
    who = {"by": cast.reviewer, "reserved_for": cast.annotator}
    assignments.open_for_notes(project=project, note_ids=asked, reason="feedback", **who)
    pair = add_note()
    assignments.open_for_notes(project=project, note_ids=[pair.pk], reason="label", doubled=True, **who)
    assert handing_out.withdraw(project=project, source=person) == (2, 2)
    assert not Task.objects.filter(note__in=asked).exists()
    free = Task.objects.filter(reserved_for=None).order_by("pk")
    assert [task.note_id for task in free] == [arrived.note_id, pair.pk, pair.pk]
    assert handing_out.withdraw(project=project, source=person) == (0, 0)
    with pytest.raises(ActionError, match="choose a person"):
        handing_out.withdraw(project=project, source=Audience())


def test_take_back_puts_the_note_into_the_queue_once(project: Project, cast: Cast, add_task: AddTask) -> None:
    task = tasks.take(task=add_task(), by=cast.annotator)
    handing_out.take_back(task=task)
    task.refresh_from_db()
    assert (task.status, task.assignee) == (Task.Status.OPEN, None)
    with pytest.raises(TooLate):
        handing_out.take_back(task=task)
    assert tasks.take_next(project=project, by=cast.annotator2) == task


def test_take_back_of_an_opened_again_note_leaves_it_done(cast: Cast, add_task: AddTask) -> None:
    task = tasks.take(task=add_task(), by=cast.annotator)
    revisions.submit(task=task, by=cast.annotator, spans=[DISEASE], base_revision=0, seconds=1)
    again = tasks.reopen(task=task, by=cast.annotator)
    handing_out.take_back(task=again)
    task.refresh_from_db()
    assert (task.status, task.assignee) == (Task.Status.ACCEPTED, cast.annotator)


def test_audience_of_another_project_is_refused(project: Project, cast: Cast) -> None:
    elsewhere = cast.outsider.memberships.first().project
    stranger = teams.make(project=elsewhere, name="Away", members=[])
    for audience in (Audience(team=stranger), Audience(person=cast.annotator, team=stranger)):
        with pytest.raises(ActionError):
            audience.check(project)
    assert str(Audience()) == "everybody"
