"""Asking for annotation, teams, settings: the pages."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client as Browser
from django.urls import reverse

from annotation.actions import revisions, tasks, teams
from annotation.models import Note, Project, Task, User
from annotation.spans import Span
from tests.annotation.conftest import DISEASE
from tests.conftest import Cast

ASK = {"reason": "label", "count": "10", "order": "newest", "gold": "", "audience": "everybody", "people": "1"}


@pytest.fixture
def browser(cast: Cast, browser_of: Callable[[User], Browser]) -> Browser:
    return browser_of(cast.reviewer)


def said(browser: Browser, name: str, /, *args: object, **data: object) -> str:
    return browser.post(reverse(name, args=args), data, follow=True).content.decode()


def test_ask_opens_tasks_and_says_so(browser: Browser, cast: Cast, add_note: Callable[..., Note]) -> None:
    add_note(), add_note()
    team = teams.make(project=Project.objects.get(slug="clinic"), name="Heart", members=[cast.annotator])
    data = {**ASK, "count": "1", "audience": f"team-{team.pk}", "priority": "10"}
    assert "Asked for 1 note." in said(browser, "assign", "clinic", **data)
    assert list(Task.objects.values_list("team", "priority")) == [(team.pk, 10)]
    data = {**ASK, "audience": f"person-{cast.annotator.pk}", "people": "2", "priority": "0"}
    assert "Asked for 1 note." in said(browser, "assign", "clinic", **data)
    assert "No note fits" in said(browser, "assign", "clinic", **data)


def test_ask_of_what_is_not_offered_is_refused(browser: Browser, cast: Cast, add_note: Callable[..., Note]) -> None:
    add_note()
    for wrong in (
        {"audience": f"person-{cast.lead.pk}"},
        {"count": "5001"},
        {"reason": "random_audit"},
        {"people": "3"},
    ):
        assert "errorlist" in said(browser, "assign", "clinic", **{**ASK, "priority": "0", **wrong})
    assert not Task.objects.exists()


def test_hand_out_and_withdraw(browser: Browser, cast: Cast, add_task: Callable[..., Task]) -> None:
    add_task(), add_task()
    person = f"person-{cast.annotator.pk}"
    data = {"hand-holder": "everybody", "hand-target": person, "hand-count": "1"}
    assert "1 notes that waited for everybody are for annotator now." in said(browser, "hand_out", "clinic", **data)
    assert "Choose whose notes" in said(browser, "hand_out", "clinic")
    assert "0 notes are asked for no more; 1 wait for everybody now." in said(
        browser, "withdraw", "clinic", holder=person
    )
    assert "Choose a person" in said(browser, "withdraw", "clinic", holder="everybody")


def test_team_is_made_changed_and_removed(browser: Browser, cast: Cast, project: Project) -> None:
    assert "The team Heart is there." in said(browser, "teams", "clinic", name="Heart", members=[cast.annotator.pk])
    assert "already" in said(browser, "teams", "clinic", name="Heart")
    team = project.teams.get()
    assert "The team Lung is changed." in said(browser, "team", team.pk, name="Lung", members=[cast.annotator2.pk])
    assert list(team.members.all()) == [cast.annotator2]
    assert "errorlist" in said(browser, "team", team.pk, name="Lung", members=[cast.lead.pk])
    assert "The team Lung is removed." in said(browser, "team_remove", team.pk)
    assert not project.teams.exists()


SETTINGS = {"queue_order": "uncertainty", "doubt_threshold": "85", "double_share": "10", "audit_rate": "2"}


def test_settings_are_said_when_they_change(browser: Browser, project: Project) -> None:
    text = said(browser, "settings", "clinic", **SETTINGS)
    assert "Changed: order of the queue, share annotated twice, score below which" in text
    project.refresh_from_db()
    values = (project.queue_order, project.doubt_threshold, project.double_share, project.audit_rate, project.nested)
    assert values == ("uncertainty", 0.85, 0.1, 0.02, False)
    assert "Nothing was changed." in said(browser, "settings", "clinic", **SETTINGS)
    for wrong in ({"audit_rate": "101"}, {"double_share": "-1"}, {"queue_order": "x"}, {"audit_rate": "nan"}):
        assert "errorlist" in said(browser, "settings", "clinic", **{**SETTINGS, **wrong})


def test_nested_gold_keeps_nesting_on(
    browser: Browser, project: Project, cast: Cast, add_task: Callable[..., Task]
) -> None:
    assert "entities inside entities" in said(browser, "settings", "clinic", **SETTINGS, nested="on")
    task = tasks.take(task=Task.objects.get(pk=add_task().pk), by=cast.annotator)
    revisions.submit(task=task, by=cast.annotator, spans=[DISEASE, Span(6, 9, "TREATMENT")], base_revision=0, seconds=1)
    assert f"Note {task.note_id} has an entity inside another" in said(browser, "settings", "clinic", **SETTINGS)
    project.refresh_from_db()
    assert project.nested
