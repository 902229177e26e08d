"""What the adjudication page is told, and what it may ask for."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client as Browser

from annotation.actions import comments, guidelines
from annotation.models import Annotation, Project, Task, User
from annotation.spans import MarkedSpan
from tests.conftest import Cast
from tests.disputes import annotate_twice, dispute, spans_of

TEXT = "🤕 k/c/o diabetes </script>, on metformin"
LEFT = spans_of(TEXT, ("diabetes", "DISEASE"), ("metformin", "TREATMENT"))
RIGHT = spans_of(TEXT, ("metformin", "TREATMENT"), ("k/c/o", "DISEASE"))
BrowserOf = Callable[[User], Browser]
UNITS = {"diabetes": (9, 17), "metformin": (32, 41), "k/c/o": (3, 8)}


@pytest.fixture
def task(project: Project, cast: Cast) -> Task:
    return dispute(project, (cast.annotator, cast.annotator2), TEXT, LEFT, RIGHT)


@pytest.fixture
def browser(cast: Cast, browser_of: BrowserOf) -> Browser:
    return browser_of(cast.reviewer)


def opened(browser: Browser, task: Task) -> HttpResponse:
    return browser.get(f"/tasks/{task.pk}/adjudicate/")


def payload(browser: Browser, task: Task) -> dict[str, Any]:
    told: dict[str, Any] = opened(browser, task).context["payload"]
    return told


def post(browser: Browser, task: Task, body: Any, to: str = "submit") -> HttpResponse:
    return browser.post(f"/tasks/{task.pk}/adjudicate/{to}/", json.dumps(body), content_type="application/json")


def body_of(told: dict[str, Any], *choices: str | None) -> dict[str, Any]:
    return {
        "versions": told["versions"],
        "base_revision": told["base_revision"],
        "choices": list(choices),
        "seconds": 7,
    }


def test_page_counts_in_utf16_and_holds_no_name_and_no_markup(browser: Browser, task: Task, cast: Cast) -> None:
    comments.add(note=task.note, by=cast.annotator, text="Unsure of this one.")
    response = opened(browser, task)
    told = response.context["payload"]
    assert [(s["start"], s["end"]) for s in told["agreed"]] == [UNITS["metformin"]]
    sides = [(row["left"] or row["right"])[0] for row in told["differences"]]
    assert [(s["start"], s["end"]) for s in sides] == [UNITS["k/c/o"], UNITS["diabetes"]]
    html = response.content.decode()
    assert "annotator2" not in html
    assert "by annotator" not in html
    assert "Unsure of this one." in html
    assert "diabetes </script>" not in html


def test_difference_says_its_kind_and_leads_to_the_guidelines(
    project: Project, browser: Browser, task: Task, cast: Cast
) -> None:
    guidelines.publish(project=project, text="## Diseases\nBy name.", change="", by=cast.reviewer)
    told = payload(browser, task)
    assert {kind for row in told["differences"] for kind in row["kinds"]} == {"Only A has it", "Only B has it"}
    assert told["sections"] == {"DISEASE": "/p/clinic/guidelines/#diseases"}


def test_submit_makes_gold_says_who_was_who_and_leads_on(
    project: Project, browser: Browser, task: Task, cast: Cast
) -> None:
    following = dispute(project, (cast.annotator, cast.annotator2), TEXT, LEFT, RIGHT)
    body = body_of(payload(browser, task), "left", "left")
    answer = post(browser, task, body)
    assert answer.json() == {"next": f"/tasks/{following.pk}/adjudicate/"}
    gold = Annotation.objects.gold().get(note=task.note)
    assert gold.author == cast.reviewer
    assert MarkedSpan(*LEFT[1]) in gold.marked
    shown = opened(browser, following).content.decode()
    assert "Version A was annotator" in shown
    assert f"Correct note {task.note_id}" in shown
    assert post(browser, task, body).status_code == 200, "a retry is no error"
    assert post(browser, task, {**body, "choices": ["right", "right"]}).status_code == 409


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"choices": ["left", None]}, "not decided"),
        ({"choices": ["left", "sideways"]}, "no list of choices"),
        ({"choices": {"left": 1}}, "no list of choices"),
        ({"choices": [["left"], {}]}, "no list of choices"),
        ({"choices": ["left"]}, "2 differences and 1 choices"),
        ({"versions": [1]}, "no two versions"),
        ({"versions": [True, 2]}, "no two versions"),
        ({"seconds": "7"}, "seconds"),
    ],
)
def test_faulty_request_is_a_sentence(browser: Browser, task: Task, change: dict[str, Any], sentence: str) -> None:
    answer = post(browser, task, {**body_of(payload(browser, task), "left", "left"), **change})
    assert answer.status_code == 422
    assert sentence in answer.json()["error"]
    assert not Annotation.objects.gold().exists()


def test_case_that_is_with_somebody_else_is_not_shown(
    project: Project, browser: Browser, task: Task, cast: Cast, browser_of: BrowserOf
) -> None:
    told = payload(browser, task)
    project.memberships.create(user=cast.lead, role="reviewer")
    assert opened(browser_of(cast.lead), task).status_code == 302
    assert post(browser_of(cast.lead), task, body_of(told, "left", "left")).status_code == 409


def test_other_tasks_lead_back_to_the_queue(project: Project, browser: Browser, cast: Cast) -> None:
    note = annotate_twice(project, (cast.annotator, cast.annotator2), TEXT, LEFT, LEFT)
    answer = opened(browser, note.tasks.latest("pk"))
    assert answer.headers["Location"] == "/p/clinic/queue/"


def test_by_hand_keeps_the_choices_and_opens_the_note_page(browser: Browser, task: Task) -> None:
    told = payload(browser, task)
    answer = post(browser, task, body_of(told, "left", None), to="by-hand")
    assert answer.json() == {"next": f"/tasks/{task.pk}/?by=hand"}
    page = browser.get(answer.json()["next"])
    spans = page.context["payload"]["draft"]["spans"]
    assert UNITS["metformin"] in [(s["start"], s["end"]) for s in spans]
    assert "Go on by hand" in opened(browser, task).content.decode()


def test_note_page_of_a_case_is_for_reviewers_by_hand_only(
    browser: Browser, task: Task, cast: Cast, browser_of: BrowserOf
) -> None:
    for who in (browser, browser_of(cast.annotator)):
        assert who.get(f"/tasks/{task.pk}/").headers["Location"] == f"/tasks/{task.pk}/adjudicate/"
    assert browser_of(cast.annotator).get(f"/tasks/{task.pk}/?by=hand").status_code == 302
