from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from annotation.actions import guidelines, revisions, tasks
from annotation.models import Project, Task, User
from annotation.models.counting import CountTo
from annotation.spans import Span
from tests.conftest import Cast
from tests.disputes import dispute

AddTask = Callable[..., Task]
BrowserOf = Callable[[User], Browser]


@pytest.fixture
def browser(cast: Cast, browser_of: BrowserOf) -> Browser:
    return browser_of(cast.annotator)


def page(browser: Browser) -> HttpResponse:
    return browser.get(reverse("queue", args=["clinic"]))


def finish(task: Task, by: User, seconds: int) -> None:
    held = tasks.take(task=task, by=by)
    revisions.submit(task=held, by=by, spans=[], base_revision=0, seconds=seconds)


def test_queue_shows_what_waits_and_what_i_hold(browser: Browser, cast: Cast, add_task: AddTask) -> None:
    mine, _ = add_task(), add_task()
    tasks.take(task=mine, by=cast.annotator)
    response = page(browser)
    assert response.context["held"] == [mine]
    assert f"Go on with note {mine.note_id}" in response.content.decode()
    rows = [(row["reason"], row["waiting"], row["in_progress"]) for row in response.context["summary"]]
    assert rows == [("label", 1, 1)]
    assert response.context["waits"] == {"for_me": 0, "for_teams": 0, "for_all": 1, "to_settle": 0}
    assert "people" not in response.context, "who did how much is for those who hand out work"


def test_queue_shows_my_day_and_opens_a_note_again(browser: Browser, cast: Cast, add_task: AddTask) -> None:
    rows = [add_task() for _ in range(3)]
    for task, seconds in zip(rows, (10, 20, 60), strict=True):
        finish(task, cast.annotator, seconds)
    finish(add_task(), cast.annotator2, 99)
    context = page(browser).context
    assert [task.pk for task in context["today"]] == [task.pk for task in reversed(rows)]
    assert context["pace_today"] == {"done": 3, "median": 20.0, "seconds": 90, "hourly": 120.0}
    again = browser.post(reverse("task_again", args=[rows[0].pk]))
    assert again.headers["Location"] == reverse("task", args=[rows[0].pk])
    assert [task.pk for task in page(browser).context["held"]] == [rows[0].pk]
    Task.objects.filter(pk=rows[1].pk).update(closed_at=timezone.now() - timedelta(days=2))
    late = browser.post(reverse("task_again", args=[rows[1].pk]), follow=True)
    assert "of the last day" in late.content.decode()


def test_queue_of_a_reviewer_has_people_leases_and_adjudications(
    cast: Cast, project: Project, browser_of: BrowserOf, add_task: AddTask
) -> None:
    finish(add_task(), cast.annotator, 10)
    held = tasks.take(task=add_task(), by=cast.annotator2)
    case = dispute(project, (cast.annotator, cast.annotator2), "k/c/o diabetes", [Span(6, 14, "DISEASE")], [])
    reviewer = browser_of(cast.reviewer)
    context = page(reviewer).context
    people = {row["person"]: (row["waiting"], row.get("done", 0)) for row in context["people"]}
    assert people == {cast.annotator: (0, 2), cast.annotator2: (0, 1), cast.reviewer: (0, 0)}
    assert (context["begun"], context["waits"]["to_settle"]) == ([held], 1)
    for _ in range(2):
        response = reviewer.post(reverse("task_take_back", args=[held.pk]), follow=True)
    assert "in nobody&#x27;s hands any more" in response.content.decode()
    taken = reviewer.post(reverse("queue_next", args=["clinic"]), {"adjudicate": "1"})
    assert taken.headers["Location"] == reverse("task", args=[case.pk])
    assert page(reviewer).context["cases"] == [case]


def test_adjudications_are_not_for_annotators(browser: Browser, project: Project) -> None:
    assert browser.post(reverse("queue_next", args=["clinic"]), {"adjudicate": "1"}).status_code == 403


def test_queue_counts_no_further_than_it_shows(
    browser: Browser, add_task: AddTask, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_task(), add_task(), add_task()
    monkeypatch.setattr(CountTo.__init__, "__defaults__", (1,))
    assert page(browser).context["waits"]["for_all"] == 2


def test_change_of_the_guidelines_is_shown_until_it_was_read(browser: Browser, project: Project, cast: Cast) -> None:
    guidelines.publish(project=project, text="New.", change="Doubtful ones count.", by=cast.lead)
    assert "Doubtful ones count." in page(browser).content.decode()
    assert browser.post(reverse("guideline_read", args=["clinic"]), {"version": "9"}).status_code == 404
    for _ in range(2):
        browser.post(reverse("guideline_read", args=["clinic"]), {"version": "2"})
    assert "Doubtful ones count." not in page(browser).content.decode()


def test_queue_shows_no_text_of_a_note(browser: Browser, add_task: AddTask) -> None:
    add_task("Qwertilal has diabetes")
    assert b"Qwertilal" not in browser.get(reverse("queue", args=["clinic"])).content
