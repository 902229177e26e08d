from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from annotation.access import RIGHTS, Right
from annotation.actions import assignments, revisions, tasks, teams
from annotation.errors import ActionError, TooLate
from annotation.models import Note, Project, Task, Team
from tests.conftest import Cast
from tests.together import together


def test_those_who_may_be_asked_are_those_who_may_annotate() -> None:
    assert set(teams.ANNOTATING) == {role for role, rights in RIGHTS.items() if Right.ANNOTATE in rights}


def test_make_and_change(project: Project, cast: Cast) -> None:
    team = teams.make(project=project, name="  Cardio \n logy ", members=[cast.annotator])
    assert (team.name, list(team.members.all())) == ("Cardio logy", [cast.annotator])
    teams.change(team=team, name="Heart", members=[cast.annotator2, cast.reviewer])
    team.refresh_from_db()
    assert (team.name, set(team.members.all())) == ("Heart", {cast.annotator2, cast.reviewer})


@pytest.mark.parametrize("name", ["", " \x00 ", "x" * 81])
def test_make_with_a_name_that_is_none_is_refused(project: Project, name: str) -> None:
    with pytest.raises(ActionError, match="1 to 80 characters"):
        teams.make(project=project, name=name)


def test_make_second_time_is_refused(project: Project) -> None:
    team = teams.make(project=project, name="Heart")
    with pytest.raises(ActionError, match="already"):
        teams.make(project=project, name=" Heart ")
    other = teams.make(project=project, name="Lung")
    with pytest.raises(ActionError, match="already"):
        teams.change(team=other, name="Heart", members=[])
    assert list(project.teams.all()) == [team, other]


def test_only_annotators_of_the_project_join(project: Project, cast: Cast) -> None:
    for person in (cast.lead, cast.outsider):
        with pytest.raises(ActionError, match="no annotator"):
            teams.make(project=project, name="Heart", members=[cast.annotator, person])
    assert not Team.objects.exists()


def test_remove_waits_for_what_is_reserved(project: Project, cast: Cast, add_note: Callable[..., Note]) -> None:
    team = teams.make(project=project, name="Heart", members=[cast.annotator])
    note = add_note()
    assignments.open_for_notes(project=project, note_ids=[note.pk], reason="label", by=cast.lead, team=team)
    with pytest.raises(ActionError, match="1 notes wait"):
        teams.remove(team=team)
    task = tasks.take_next(project=project, by=cast.annotator)
    revisions.submit(task=task, by=cast.annotator, spans=[], base_revision=0, seconds=1)
    teams.remove(team=team)
    assert Task.objects.get().team is None
    for again in (teams.remove, partial(teams.change, name="Heart", members=[])):
        with pytest.raises(TooLate):
            again(team=Team(pk=team.pk or 1, project=project, name="Heart"))


@pytest.mark.django_db(transaction=True)
def test_make_twice_at_once_makes_one(project: Project) -> None:
    results = together(*[partial(teams.make, project=project, name="Heart")] * 2)
    assert sorted(type(result).__name__ for result in results) == ["ActionError", "Team"]
