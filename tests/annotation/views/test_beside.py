"""What the page saves beside the note: drafts, comments, keys, guidelines that were seen; and what a save costs."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.http import HttpResponse
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from annotation.actions import comments, doubles, guidelines, keymaps, tasks
from annotation.models import Comment, KeyMap, Project, Task, User
from tests.annotation.conftest import DISEASE, TREATMENT
from tests.conftest import Cast

AddTask = Callable[..., Task]
BrowserOf = Callable[[User], Browser]
# A guard against a query that slips in: who asks 4, the save 8, the next note 11.
SAVE_AND_NEXT = 23


@pytest.fixture
def browser(cast: Cast, browser_of: BrowserOf) -> Browser:
    return browser_of(cast.annotator)


@pytest.fixture
def held(cast: Cast, add_task: AddTask) -> Task:
    return tasks.take(task=add_task("😀 diabetes, on metformin"), by=cast.annotator)


def ask(browser: Browser, name: str, key: object, **body: Any) -> HttpResponse:
    url = reverse(name, args=[key])
    return browser.post(url, body, content_type="application/json", headers={"Accept": "application/json"})


def shown(browser: Browser, task: Task) -> dict[str, Any]:
    return ask(browser, "task_reopen", task.pk).json()


# Drafts ---------------------------------------------------------------------------------------------------------------
DRAFT = {"start": 3, "end": 11, "label": "DISEASE", "score": None, "assertion": ["negated"], "code": "E11.9"}


def save(browser: Browser, task: Task, version: int, *spans: dict[str, Any]) -> HttpResponse:
    return ask(browser, "task_draft", task.pk, spans=spans, seconds=5, base_revision=0, version=version)


def test_draft_comes_back_with_the_note_as_javascript_counts(browser: Browser, held: Task) -> None:
    assert save(browser, held, 0, DRAFT).json() == {"version": 1}
    draft = shown(browser, held)["draft"]
    assert (draft["version"], draft["seconds"], draft["spans"]) == (1, 5, [DRAFT])


def test_draft_of_another_tab_is_told_and_not_overwritten(browser: Browser, held: Task) -> None:
    save(browser, held, 0, DRAFT)
    answer = save(browser, held, 0)
    assert answer.status_code == 409
    assert (answer.json()["theirs"]["version"], answer.json()["theirs"]["spans"]) == (1, [DRAFT])
    assert save(browser, held, 1).json() == {"version": 2}


def test_draft_of_bad_spans_is_422(browser: Browser, held: Task) -> None:
    assert save(browser, held, 0, {**DRAFT, "start": 1}).status_code == 422
    assert save(browser, held, 0, {**DRAFT, "code": "diabetes"}).status_code == 422


# Comments -------------------------------------------------------------------------------------------------------------
def comment(browser: Browser, task: Task, text: str, uid: str = "") -> HttpResponse:
    return ask(browser, "task_comment", task.pk, text=text, uid=uid)


def test_comment_is_shown_with_the_note_and_sent_again_is_one(browser: Browser, held: Task) -> None:
    uid = str(uuid.uuid4())
    for _ in range(2):
        (told,) = comment(browser, held, " <b>sic</b> ", uid).json()["comments"]
    assert (told["author"], told["text"]) == ("you", "<b>sic</b>")
    assert shown(browser, held)["comments"] == [told]
    assert Comment.objects.count() == 1


@pytest.mark.parametrize(("text", "uid"), [("", ""), ("x" * 2001, ""), ("x", "no uuid"), ("\ud800", "")])
def test_comment_that_can_not_be_kept_is_422(browser: Browser, held: Task, text: str, uid: str) -> None:
    assert comment(browser, held, text, uid).status_code == 422


def test_comment_under_the_name_of_another_note_is_refused(browser: Browser, cast: Cast, held: Task) -> None:
    other = comments.add(note=held.note, by=cast.reviewer, text="mine")
    assert comment(browser, held, "yours", str(other.uid)).status_code == 422


def test_comments_of_a_colleague_stay_hidden_until_a_doubled_note_is_settled(
    browser: Browser, cast: Cast, held: Task
) -> None:
    comments.add(note=held.note, by=cast.annotator2, text="Looks like T2DM to me.")
    assert [row["author"] for row in shown(browser, held)["comments"]] == ["annotator2"]
    doubles.open_second(task=held)
    comment(browser, held, "Not sure.")
    assert [row["author"] for row in shown(browser, held)["comments"]] == ["you"]


# Keys -----------------------------------------------------------------------------------------------------------------
def test_keys_are_kept_and_come_with_the_page(browser: Browser, cast: Cast, held: Task) -> None:
    answer = ask(browser, "keymap", "clinic", keys={"skip": "x", "submit": "Enter"})
    assert answer.json() == {"keys": {"skip": "x"}}
    assert KeyMap.objects.get().keys == {"skip": "x"}
    assert b'"keys": {"skip": "x"}' in browser.get(reverse("task", args=[held.pk])).content


@pytest.mark.parametrize(
    ("keys", "says"),
    [
        ([], "object"),
        ({"skip": 5}, "object"),
        ({"dance": "x"}, "no command dance"),
        ({"skip": "Tab"}, "belongs to the browser"),
        ({"skip": "X"}, "belongs to the browser"),
        ({"skip": ""}, "belongs to the browser"),
        ({"skip": "\ud800"}, "belongs to the browser"),
        ({"skip": "u"}, "both 'undo' and 'skip'"),
        ({"skip": "d"}, "label DISEASE"),
    ],
)
def test_keys_that_collide_or_make_no_sense_are_refused(
    browser: Browser, project: Project, keys: object, says: str
) -> None:
    answer = ask(browser, "keymap", "clinic", keys=keys)
    assert answer.status_code == 422
    assert says in answer.json()["error"]


def test_keys_may_change_places(cast: Cast, project: Project) -> None:
    swapped = {"skip": "u", "undo": "s"}
    assert keymaps.save(project=project, by=cast.annotator, keys=swapped) == swapped


def test_key_kept_from_another_project_stays(cast: Cast, project: Project) -> None:
    keymaps.save(project=project, by=cast.annotator, keys={"skip": "x"})
    project.labels.filter(key="d").update(key="x")
    assert keymaps.save(project=project, by=cast.annotator, keys={"skip": "x", "undo": "b"})["undo"] == "b"


def test_commands_of_page_and_server_are_the_same() -> None:
    source = Path(settings.BASE_DIR, "webapp/static/webapp/js/keymap.js").read_text()
    rows = source[source.index("COMMANDS =") : source.index("]);")]
    assert dict(re.findall(r'\["(\w+)", "([^"]+)", "', rows)) == keymaps.COMMANDS


# Guidelines -----------------------------------------------------------------------------------------------------------
def test_changed_guidelines_are_told_until_seen(browser: Browser, cast: Cast, project: Project, held: Task) -> None:
    assert shown(browser, held)["guideline"] == {"unseen": None}
    text = "## DISEASE\nAlso when denied."
    version = guidelines.publish(project=project, text=text, change="Denied ones count.", by=cast.reviewer)
    unseen = shown(browser, held)["guideline"]["unseen"]
    assert (unseen["version"], unseen["change"]) == (2, "Denied ones count.")
    assert unseen["sections"] == [{"anchor": "disease", "title": "DISEASE", "body": "Also when denied."}]
    for _ in range(2):
        assert browser.post(unseen["url"]).status_code == 200
    assert shown(browser, held)["guideline"] == {"unseen": None}
    assert version.seen.filter(user=cast.annotator).count() == 1


# What a save costs ----------------------------------------------------------------------------------------------------
def test_save_and_next_asks_the_database_few_questions(browser: Browser, held: Task, add_task: AddTask) -> None:
    first, _ = add_task(), add_task()
    ask(browser, "queue_next", "clinic", holding=[held.pk])
    rows = [{"start": s.start + 1, "end": s.end + 1, "label": s.label} for s in (DISEASE, TREATMENT)][:0]
    with CaptureQueriesContext(
        connection,
    ) as caught:
        answer = ask(browser, "task_submit", held.pk, spans=rows, base_revision=0, seconds=5, holding=[first.pk])
    assert answer.json()["next"]["task"]
    asked = [query["sql"] for query in caught if not re.match("SAVEPOINT|RELEASE", query["sql"])]
    assert len(asked) <= SAVE_AND_NEXT, "\n".join(asked)
