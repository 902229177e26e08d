from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client as Browser
from django.urls import reverse

from annotation.actions import tasks
from annotation.models import Task, User
from tests.conftest import Cast

AddTask = Callable[..., Task]
BrowserOf = Callable[[User], Browser]


@pytest.fixture
def browser(cast: Cast, browser_of: BrowserOf) -> Browser:
    return browser_of(cast.annotator)


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
