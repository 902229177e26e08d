from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client as Browser
from django.urls import reverse

from annotation.actions import revisions, tasks
from annotation.models import Comment, Project, Task, User
from tests.annotation.conftest import DISEASE, let_lapse
from tests.conftest import Cast

AddTask = Callable[..., Task]
BrowserOf = Callable[[User], Browser]
Status = Task.Status


@pytest.fixture
def browser(cast: Cast, browser_of: BrowserOf) -> Browser:
    return browser_of(cast.annotator)


def take_next(browser: Browser) -> str:
    return browser.post(reverse("queue_next", args=["clinic"])).headers["Location"]


def ask(browser: Browser, name: str, task: Task | None = None, **body: Any) -> HttpResponse:
    """A call as the page's script makes it."""
    url = reverse(name, args=[task.pk if task else "clinic"])
    return browser.post(url, body, content_type="application/json", headers={"Accept": "application/json"})


# The next note --------------------------------------------------------------------------------------------------------
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


# Skip -----------------------------------------------------------------------------------------------------------------
def test_skip_with_a_reason_leads_to_the_next_note(browser: Browser, add_task: AddTask) -> None:
    first, second = add_task(), add_task()
    take_next(browser)
    response = browser.post(reverse("task_skip", args=[first.pk]), {"reason": "unreadable"})
    assert response.headers["Location"] == reverse("task", args=[second.pk])
    first.refresh_from_db()
    assert (first.status, first.skip_reason) == (Status.SKIPPED, "unreadable")


def test_skip_without_a_reason_stays_with_the_note_and_says_why(browser: Browser, add_task: AddTask) -> None:
    task = add_task()
    take_next(browser)
    response = browser.post(reverse("task_skip", args=[task.pk]), follow=True)
    assert response.redirect_chain == [(reverse("task", args=[task.pk]), 302)]
    assert b"needs one of the reasons" in response.content


def test_skip_second_time_keeps_the_first_reason(browser: Browser, add_task: AddTask) -> None:
    task = add_task()
    take_next(browser)
    for reason in ("language", "other"):
        response = browser.post(reverse("task_skip", args=[task.pk]), {"reason": reason}, follow=True)
    assert b"went back to the queue or is done" in response.content
    task.refresh_from_db()
    assert task.skip_reason == "language"


def test_skip_of_a_note_that_was_passed_on_is_refused(
    browser: Browser, cast: Cast, browser_of: BrowserOf, add_task: AddTask
) -> None:
    task = add_task()
    take_next(browser)
    let_lapse(task)
    take_next(browser_of(cast.annotator2))
    assert browser.post(reverse("task_skip", args=[task.pk]), {"reason": "other"}).status_code == 403


def test_skip_by_script_hands_out_the_next_note_and_a_second_time_too(browser: Browser, add_task: AddTask) -> None:
    first, second = add_task(), add_task()
    take_next(browser)
    for _ in range(2):
        answer = ask(browser, "task_skip", first, reason="other", comment="Two patients in one note.")
        assert answer.json()["next"]["task"] == second.pk
    assert Comment.objects.get().text == "Two patients in one note."


def test_skip_by_script_without_a_reason_is_422(browser: Browser, add_task: AddTask) -> None:
    task = add_task()
    take_next(browser)
    assert ask(browser, "task_skip", task, reason="Mr Rao").status_code == 422


# Prefetch -------------------------------------------------------------------------------------------------------------
def test_next_by_script_is_another_note_than_those_in_hand(browser: Browser, add_task: AddTask) -> None:
    first, second = add_task(), add_task()
    take_next(browser)
    answer = ask(browser, "queue_next", holding=[first.pk]).json()
    assert (answer["next"]["task"], answer["lost"]) == (second.pk, [])
    assert ask(browser, "queue_next", holding=[first.pk, second.pk]).json()["next"] is None


def test_next_by_script_tells_which_notes_are_in_hand_no_more(browser: Browser, cast: Cast, add_task: AddTask) -> None:
    first = add_task()
    take_next(browser)
    let_lapse(first)
    tasks.take(task=Task.objects.get(pk=first.pk), by=cast.annotator2)
    assert ask(browser, "queue_next", holding=[first.pk]).json() == {"next": None, "lost": [first.pk]}


def test_next_by_script_renews_an_old_lease(browser: Browser, add_task: AddTask) -> None:
    task = add_task()
    take_next(browser)
    let_lapse(task)
    ask(browser, "queue_next", holding=[task.pk])
    before = Task.objects.get(pk=task.pk).lease_until
    ask(browser, "queue_next", holding=[task.pk])
    assert Task.objects.get(pk=task.pk).lease_until == before, "a fresh lease is left alone"
    assert Task.objects.held_by(Task.objects.get(pk=task.pk).assignee).get() == task


@pytest.mark.parametrize("holding", ["1", [True], ["1"], list(range(21)), {"a": 1}])
def test_next_by_script_with_what_no_page_holds_is_422(browser: Browser, project: Project, holding: object) -> None:
    assert ask(browser, "queue_next", holding=holding).status_code == 422


def test_release_gives_back_what_a_closed_page_had_fetched(browser: Browser, add_task: AddTask) -> None:
    task = add_task()
    take_next(browser)
    assert browser.post(reverse("task_release", args=[task.pk])).status_code == 200
    task.refresh_from_db()
    assert (task.status, task.assignee) == (Status.OPEN, None)
    assert browser.post(reverse("task_release", args=[task.pk])).status_code == 403


# Undo across notes ----------------------------------------------------------------------------------------------------
def test_reopen_shows_what_was_submitted_and_release_leaves_it(browser: Browser, cast: Cast, add_task: AddTask) -> None:
    task = tasks.take(task=add_task(), by=cast.annotator)
    revisions.submit(task=task, by=cast.annotator, spans=[DISEASE], base_revision=0, seconds=9)
    for _ in range(2):
        shown = ask(browser, "task_reopen", task).json()
        assert (shown["base_revision"], shown["seconds"]) == (1, 9)
        assert [(s["start"], s["end"], s["label"]) for s in shown["spans"]] == [DISEASE]
    ask(browser, "task_release", task)
    task.refresh_from_db()
    assert task.status == Status.ACCEPTED


def test_reopen_of_a_colleagues_note_is_refused(browser: Browser, cast: Cast, add_task: AddTask) -> None:
    task = tasks.take(task=add_task(), by=cast.annotator2)
    answer = ask(browser, "task_reopen", task)
    assert answer.status_code == 403
    assert "with somebody else" in answer.json()["error"]
