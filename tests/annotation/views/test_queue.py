from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client as Browser
from django.urls import reverse

from annotation.actions import tasks
from annotation.models import Project, Task, User
from tests.annotation.conftest import let_lapse
from tests.conftest import Cast

AddTask = Callable[..., Task]
BrowserOf = Callable[[User], Browser]
Status = Task.Status


@pytest.fixture
def browser(cast: Cast, browser_of: BrowserOf) -> Browser:
    return browser_of(cast.annotator)


def take_next(browser: Browser) -> str:
    return browser.post(reverse("queue_next", args=["clinic"])).headers["Location"]


def test_queue_shows_what_waits_and_what_i_hold(browser: Browser, cast: Cast, add_task: AddTask) -> None:
    mine, waits = add_task(), add_task()
    tasks.take(task=mine, by=cast.annotator)
    context = browser.get(reverse("queue", args=["clinic"])).context
    assert context["mine"] == mine
    assert list(context["tasks"]) == [waits]
    assert [(row["reason"], row["waiting"], row["in_progress"]) for row in context["summary"]] == [("label", 1, 1)]
    assert context["done_today"] == 0


def test_queue_shows_no_text_of_a_note(browser: Browser, add_task: AddTask) -> None:
    add_task("Qwertilal has diabetes")
    assert b"Qwertilal" not in browser.get(reverse("queue", args=["clinic"])).content


def test_queue_that_is_empty_says_so_when_the_next_is_asked_for(browser: Browser, project: Project) -> None:
    response = browser.post(reverse("queue_next", args=["clinic"]), follow=True)
    assert response.redirect_chain == [(reverse("queue", args=["clinic"]), 302)]
    assert b"The queue is empty" in response.content


def test_take_next_leads_to_the_note_and_the_second_time_to_the_same(browser: Browser, add_task: AddTask) -> None:
    first = add_task()
    add_task()
    assert take_next(browser) == take_next(browser) == reverse("task", args=[first.pk])


def test_take_next_by_two_people_leads_to_two_notes(
    browser: Browser, cast: Cast, browser_of: BrowserOf, add_task: AddTask
) -> None:
    add_task(), add_task()
    assert take_next(browser) != take_next(browser_of(cast.annotator2))


def test_skip_with_a_reason_leads_to_the_next_note(browser: Browser, add_task: AddTask) -> None:
    first, second = add_task(), add_task()
    take_next(browser)
    response = browser.post(reverse("task_skip", args=[first.pk]), {"reason": "cannot be read"})
    assert response.headers["Location"] == reverse("task", args=[second.pk])
    first.refresh_from_db()
    assert (first.status, first.skip_reason) == (Status.SKIPPED, "cannot be read")


def test_skip_without_a_reason_stays_with_the_note_and_says_why(browser: Browser, add_task: AddTask) -> None:
    task = add_task()
    take_next(browser)
    response = browser.post(reverse("task_skip", args=[task.pk]), follow=True)
    assert response.redirect_chain == [(reverse("task", args=[task.pk]), 302)]
    assert b"needs a reason" in response.content


def test_skip_second_time_keeps_the_first_reason(browser: Browser, add_task: AddTask) -> None:
    task = add_task()
    take_next(browser)
    for reason in ("first", "second"):
        response = browser.post(reverse("task_skip", args=[task.pk]), {"reason": reason}, follow=True)
    assert b"went back to the queue or is done" in response.content
    task.refresh_from_db()
    assert task.skip_reason == "first"


def test_skip_of_a_note_that_was_passed_on_is_refused(
    browser: Browser, cast: Cast, browser_of: BrowserOf, add_task: AddTask
) -> None:
    task = add_task()
    take_next(browser)
    let_lapse(task)
    take_next(browser_of(cast.annotator2))
    assert browser.post(reverse("task_skip", args=[task.pk]), {"reason": "x"}).status_code == 403
