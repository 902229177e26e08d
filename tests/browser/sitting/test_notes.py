"""Note after note in a real browser against a real server."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest
from playwright.sync_api import expect

from annotation.actions import guidelines
from annotation.models import Annotation, Comment, Project, Task
from tests.browser.sitting.tab import Sitting, gold
from tests.conftest import Cast

pytestmark = pytest.mark.django_db(transaction=True)
AddTask = Callable[..., Task]
HOSTILE = "fever <script>alert(1)</script> {{ 7|add:1 }} {% now 'Y' %} &lt;b&gt; 😀 cough"


# Note after note ------------------------------------------------------------------------------------------------------
def test_one_key_saves_and_shows_the_next_note_without_a_page_load(tab: Sitting, waiting: list[Task]) -> None:
    tab.open(waiting[0])
    tab.page.evaluate("window.mine = true")
    for task, following in pairwise(waiting):
        tab.press("Enter").at(following).saved()
        assert gold(task) == []
    assert tab.page.evaluate("window.mine")
    assert tab.page.title().startswith(f"Note {waiting[2].note_id}")
    expect(tab.page.locator("#about-facets")).to_contain_text("Received")
    tab.press("Enter")
    tab.page.wait_for_url("**/queue/")
    assert Task.objects.filter(status=Task.Status.ACCEPTED).count() == 3
    assert sum("/submit/" in call for call in tab.calls) == 3


def test_double_click_on_submit_saves_one_note(tab: Sitting, waiting: list[Task]) -> None:
    tab.open(waiting[0])
    tab.page.locator("#submit").dblclick()
    tab.at(waiting[1]).saved()
    assert Annotation.objects.count() == 1


def test_hostile_note_is_shown_as_text(tab: Sitting, cast: Cast, add_task: AddTask) -> None:
    plain, hostile = add_task("fever"), add_task(HOSTILE)
    tab.open(plain).press("Enter").at(hostile)
    assert tab.page.eval_on_selector("#note", "note => note.textContent") == HOSTILE
    tab.mark_first_word().press("Enter")
    tab.page.wait_for_url("**/queue/")
    assert gold(hostile) == [(0, 5)]


def test_undo_goes_back_over_notes_and_redo_returns(tab: Sitting, waiting: list[Task]) -> None:
    first, second, third = waiting
    tab.open(first).mark_first_word().press("Enter").at(second).saved()
    tab.press("u").at(first)
    assert tab.marks() == ["fever"]
    tab.press("r").at(second).press("u").at(first)
    tab.page.locator("#note mark").focus()
    tab.press("Delete", "Enter").at(second).saved()
    assert gold(first) == []
    assert Annotation.objects.filter(note=first.note).count() == 2
    tab.press("Enter").at(third).saved()
    assert Task.objects.filter(status=Task.Status.ACCEPTED).count() == 2


def test_unfinished_work_on_a_note_that_was_left_is_there_on_return(tab: Sitting, waiting: list[Task]) -> None:
    tab.open(waiting[0]).press("Enter").at(waiting[1]).saved()
    tab.mark_first_word().press("u", "r")
    assert tab.marks() == ["asthma"]
    tab.press("u", "u").at(waiting[0])
    tab.press("Enter").at(waiting[1])
    assert tab.marks() == []


# Skip, second opinion, comments, guidelines ---------------------------------------------------------------------------
def test_number_skips_with_a_reason(tab: Sitting, waiting: list[Task]) -> None:
    tab.open(waiting[0]).press("s", "2").at(waiting[1]).saved()
    assert Task.objects.get(pk=waiting[0].pk).skip_reason == "unreadable"
    tab.press("s", "6")
    tab.page.keyboard.type("Two patients, 2 notes")
    tab.page.get_by_role("button", name="Skip the note").click()
    tab.at(waiting[2]).saved()
    assert Task.objects.get(pk=waiting[1].pk).skip_reason == "other"
    assert Comment.objects.get().text == "Two patients, 2 notes"


def test_second_opinion_keeps_the_note_from_gold(tab: Sitting, waiting: list[Task]) -> None:
    tab.open(waiting[0]).press("o")
    tab.page.locator("#flag-comment").fill("Is it asthma?")
    tab.page.get_by_role("button", name="Submit and ask a colleague").click()
    tab.at(waiting[1]).saved()
    assert Annotation.objects.get().status == Annotation.Status.SUBMITTED
    assert Task.objects.filter(note=waiting[0].note, reason=Task.Reason.DOUBLE).count() == 1
    assert Comment.objects.get().text == "Is it asthma?"


def test_comment_that_was_typed_goes_with_the_submit(tab: Sitting, waiting: list[Task]) -> None:
    tab.open(waiting[0]).press("m")
    tab.page.keyboard.type("No dose given: ask <b>Dr A</b>")
    tab.cut("**/comments/", after_the_server=True)
    tab.page.locator("#submit").click()
    expect(tab.page.locator("#comment-error")).to_contain_text("no connection")
    tab.page.locator("#submit").click()
    tab.at(waiting[1]).saved()
    assert Comment.objects.get().note == waiting[0].note
    kept = tab.page.evaluate("JSON.stringify(localStorage)")
    assert "dose" not in kept


def test_changed_guidelines_are_shown_once(tab: Sitting, project: Project, cast: Cast, waiting: list[Task]) -> None:
    tab.open(waiting[0])
    guidelines.publish(project=project, text="## Fever\nA sign.", change="Fever is a sign.", by=cast.reviewer)
    tab.press("Enter").at(waiting[1]).press("Enter").at(waiting[2])
    expect(tab.page.locator("#notice")).to_contain_text("Fever is a sign.")
    expect(tab.page.locator("#guidelines-text h3")).to_have_text("Fever")
    with tab.page.expect_response("**/seen/"):
        tab.page.get_by_role("button", name="I have seen it").click()
    tab.page.reload()
    expect(tab.ready().page.locator("#notice")).to_be_hidden()
