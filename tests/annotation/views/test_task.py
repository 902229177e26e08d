from __future__ import annotations

import json
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client as Browser
from django.urls import reverse

from annotation.actions import revisions, tasks
from annotation.models import Annotation, Project, Task, User
from annotation.spans import ScoredSpan, Span
from tests.annotation.conftest import DISEASE, TEXT, TREATMENT, let_lapse
from tests.conftest import Cast

AddTask = Callable[..., Task]
BrowserOf = Callable[[User], Browser]
HOSTILE = {
    "emoji": "😀 diabetes 🩺🩺 metformin",
    "crlf": "k/c/o\r\n\r\ndiabetes\rRx metformin\n",
    "spaces": "  k/c/o  diabetes\t\tmetformin  ",
    "devanagari": "मरीज़ को मधुमेह diabetes; दवा metformin",
    "markup": "</script><!--<script>alert(1)</script> diabetes &amp; \\u003c metformin",
    "joined": "e\u0301\u200d\ufeff diabetes \u2028\u2029 metformin",
}


class Data(HTMLParser):
    """The content of the page's JSON script, as a browser reads it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.inside, self.text = False, ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside = tag == "script" and ("id", "note-data") in attrs

    def handle_endtag(self, tag: str) -> None:
        self.inside = self.inside and tag != "script"

    def handle_data(self, data: str) -> None:
        self.text += data if self.inside else ""


@pytest.fixture
def browser(cast: Cast, browser_of: BrowserOf) -> Browser:
    return browser_of(cast.annotator)


def page(browser: Browser, task: Task) -> dict[str, Any]:
    """The payload as it stands in the page's bytes."""
    response = browser.get(reverse("task", args=[task.pk]))
    assert response.status_code == 200
    parser = Data()
    parser.feed(response.content.decode())
    return json.loads(parser.text)


def send(browser: Browser, task: Task, body: object) -> HttpResponse:
    data = body if isinstance(body, str | bytes) else json.dumps(body)
    return browser.post(reverse("task_submit", args=[task.pk]), data, content_type="application/json")


def body(payload: dict[str, Any], *spans: tuple[int, int, str]) -> dict[str, Any]:
    rows = [{"start": start, "end": end, "label": label} for start, end, label in spans]
    return {"spans": rows, "base_revision": payload["base_revision"], "seconds": 14}


def wide(text: str, part: str) -> tuple[int, int]:
    """Where `part` is for JavaScript: UTF-16 units, counted without the code under test."""
    before = len(text[: text.index(part)].encode("utf-16-le")) // 2
    return before, before + len(part.encode("utf-16-le")) // 2


# The page -------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("kind", HOSTILE)
def test_note_goes_to_the_page_and_back_without_losing_a_character(
    kind: str, browser: Browser, add_task: AddTask
) -> None:
    text, task = HOSTILE[kind], add_task(HOSTILE[kind])
    payload = page(browser, task)
    assert payload["text"] == text
    marked = [(*wide(text, "diabetes"), "DISEASE"), (*wide(text, "metformin"), "TREATMENT")]
    assert send(browser, task, body(payload, *marked)).status_code == 200
    gold = Annotation.objects.gold().get(note=task.note)
    assert [(text[s.start : s.end], s.label) for s in gold.spans] == [
        ("diabetes", "DISEASE"),
        ("metformin", "TREATMENT"),
    ]
    assert gold.seconds == 14


@pytest.mark.parametrize("kind", HOSTILE)
def test_page_counts_suggestions_as_javascript_does(
    kind: str, project: Project, browser: Browser, add_task: AddTask
) -> None:
    text, task = HOSTILE[kind], add_task(HOSTILE[kind])
    start = text.index("metformin")
    found = {task.note_id: [ScoredSpan(start, start + 9, "TREATMENT", 0.93)]}
    revisions.add_prelabels(project=project, found=found, author_model="clinic v1")
    (span,) = page(browser, task)["spans"]
    assert (span["start"], span["end"]) == wide(text, "metformin")
    assert (span["label"], span["score"]) == ("TREATMENT", 0.93)


def test_page_of_an_open_task_takes_it(browser: Browser, cast: Cast, add_task: AddTask) -> None:
    task = add_task()
    payload = page(browser, task)
    task.refresh_from_db()
    assert (task.status, task.assignee) == (Task.Status.IN_PROGRESS, cast.annotator)
    assert [(label["name"], label["key"]) for label in payload["labels"]] == [("DISEASE", "d"), ("TREATMENT", "t")]
    assert (payload["base_revision"], payload["blind"], payload["nested"]) == (0, False, False)
    assert payload["urls"]["submit"] == reverse("task_submit", args=[task.pk])
    assert payload["urls"]["queue"] == reverse("queue", args=["clinic"])


def test_page_of_a_blind_task_shows_no_earlier_spans(
    project: Project, cast: Cast, browser: Browser, add_task: AddTask
) -> None:
    task = add_task(reason=Task.Reason.RANDOM_AUDIT)
    revisions.add_imported(project=project, spans={task.note_id: [DISEASE]}, by=cast.lead, gold=True)
    payload = page(browser, task)
    assert (payload["blind"], payload["spans"]) == (True, [])


def test_page_of_a_task_with_somebody_else_leads_back_to_the_queue(
    browser: Browser, cast: Cast, add_task: AddTask
) -> None:
    task = tasks.take(task=add_task("Qwertilal"), by=cast.annotator2)
    response = browser.get(reverse("task", args=[task.pk]), follow=True)
    assert response.redirect_chain == [(reverse("queue", args=["clinic"]), 302)]
    assert b"with somebody else or done" in response.content
    assert b"Qwertilal" not in response.content


def test_page_is_never_kept_in_a_cache(browser: Browser, add_task: AddTask) -> None:
    assert browser.get(reverse("task", args=[add_task().pk])).headers["Cache-Control"] == "no-store"


# Submit ---------------------------------------------------------------------------------------------------------------
def test_submit_hands_out_the_next_note_and_at_the_end_none(browser: Browser, add_task: AddTask) -> None:
    first, second = add_task(), add_task("fever")
    answer = send(browser, first, body(page(browser, first), DISEASE)).json()
    assert answer["saved"] == {"revision": 1, "status": "gold"}
    assert (answer["next"]["task"], answer["next"]["text"], answer["lost"]) == (second.pk, "fever", [])
    assert answer["next"] == {k: v for k, v in page(browser, second).items() if k != "keys"}
    assert send(browser, second, body(answer["next"])).json()["next"] is None


def test_submit_second_time_with_the_same_is_the_same(browser: Browser, add_task: AddTask) -> None:
    task = add_task()
    sent = body(page(browser, task), DISEASE)
    assert [send(browser, task, sent).status_code for _ in range(2)] == [200, 200]
    assert Annotation.objects.count() == 1


def test_submit_second_time_with_something_else_is_a_conflict(browser: Browser, add_task: AddTask) -> None:
    task = add_task()
    payload = page(browser, task)
    send(browser, task, body(payload, DISEASE))
    response = send(browser, task, body(payload, TREATMENT))
    assert response.status_code == 409
    answer = response.json()
    assert "your change was not saved" in answer["error"]
    assert (answer["theirs"]["author"], answer["theirs"]["closed"]) == ("you, in another tab", True)
    assert Annotation.objects.get().spans == [DISEASE]


def test_submit_after_somebody_saved_the_note_is_a_conflict(
    project: Project, cast: Cast, browser: Browser, add_task: AddTask
) -> None:
    task = add_task()
    payload = page(browser, task)
    revisions.add_imported(project=project, spans={task.note_id: [TREATMENT]}, by=cast.lead, gold=True)
    response = send(browser, task, body(payload, DISEASE))
    assert response.status_code == 409
    answer = response.json()
    assert "compare their version" in answer["error"]
    assert (answer["theirs"]["revision"], answer["theirs"]["author"]) == (1, "lead")
    assert [(s["start"], s["end"], s["label"]) for s in answer["theirs"]["spans"]] == [TREATMENT]
    payload = page(browser, task)
    assert payload["base_revision"] == 1
    assert send(browser, task, body(payload, DISEASE)).status_code == 200


def test_submit_of_a_note_that_was_passed_on_is_a_conflict(browser: Browser, cast: Cast, add_task: AddTask) -> None:
    task = add_task()
    payload = page(browser, task)
    let_lapse(task)
    tasks.take(task=Task.objects.get(pk=task.pk), by=cast.annotator2)
    response = send(browser, task, body(payload, DISEASE))
    assert (response.status_code, response.json()["theirs"]) == (409, None)


@pytest.mark.parametrize(
    ("spans", "says"),
    [
        ("all", "not a list"),
        ([{"start": 0, "end": 4}], "no label"),
        ([{"start": 6, "end": 14, "label": "DRUG"}], "unknown label"),
        ([{"start": 6, "end": 14, "label": "\ud800"}], "unknown label"),
        ([{"start": 5, "end": 14, "label": "DISEASE"}], "white space"),
        ([{"start": 0, "end": 999, "label": "DISEASE"}], "outside the text"),
        ([{"start": -1, "end": 4, "label": "DISEASE"}], "outside the text"),
        ([{"start": 6, "end": 14, "label": "DISEASE"}, {"start": 8, "end": 12, "label": "DISEASE"}], "overlaps"),
    ],
)
def test_submit_of_bad_spans_is_422_and_keeps_the_task(
    browser: Browser, add_task: AddTask, spans: object, says: str
) -> None:
    task = add_task()
    payload = page(browser, task)
    response = send(browser, task, {**body(payload), "spans": spans})
    assert response.status_code == 422
    assert says in response.json()["error"]
    assert "diabetes" not in response.json()["error"]
    task.refresh_from_db()
    assert task.status == Task.Status.IN_PROGRESS


def test_submit_that_cuts_an_emoji_in_two_is_422(browser: Browser, add_task: AddTask) -> None:
    task = add_task("😀 diabetes")
    response = send(browser, task, body(page(browser, task), (1, 3, "DISEASE")))
    assert response.status_code == 422
    assert "cuts a character in two" in response.json()["error"]


@pytest.mark.parametrize(
    "sent",
    ["", "{", "[" * 100_000, "null", "[]", b"\xff", "{}", '{"spans": [], "base_revision": "0", "seconds": 1}',
     '{"spans": [], "base_revision": 0, "seconds": 1.5}', '{"spans": [], "base_revision": true, "seconds": 1}'],
)  # fmt: skip
def test_submit_of_what_no_page_sends_is_422(browser: Browser, add_task: AddTask, sent: str | bytes) -> None:
    task = add_task()
    page(browser, task)
    response = send(browser, task, sent)
    assert response.status_code == 422
    assert "reload it" in response.json()["error"]


def test_texts_of_the_conftest_are_where_its_spans_say() -> None:
    assert [TEXT[s.start : s.end] for s in (DISEASE, TREATMENT)] == ["diabetes", "metformin"]
    assert isinstance(DISEASE, Span)
