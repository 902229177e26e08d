"""Note after note in a real browser against a real server: saved once, whatever happens on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from annotation.actions import guidelines, revisions, tasks
from annotation.models import Annotation, Comment, Draft, Project, Task
from annotation.spans import ScoredSpan
from tests.annotation.conftest import add_note, add_task, let_lapse  # noqa: F401 - fixtures
from tests.browser.sitting import Sitting, sign_in
from tests.conftest import Cast
from tests.faults.processes import eventually
from tests.stack import Stack, kill_group

pytestmark = pytest.mark.django_db(transaction=True)
AddTask = Callable[..., Task]
HOSTILE = "fever <script>alert(1)</script> {{ 7|add:1 }} {% now 'Y' %} &lt;b&gt; 😀 cough"


@pytest.fixture
def waiting(project: Project, cast: Cast, add_task: AddTask) -> list[Task]:  # noqa: F811
    return [add_task(f"{word} and cough") for word in ("fever", "asthma", "gout")]


@pytest.fixture
def open_tab(chromium: Browser, live_server: Any, cast: Cast) -> Iterator[Callable[[], Sitting]]:
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    context.set_default_timeout(5_000)
    sign_in(context, live_server.url, cast.annotator)
    tabs: list[Sitting] = []

    def new() -> Sitting:
        tabs.append(Sitting(context.new_page(), live_server.url))
        return tabs[-1]

    yield new
    context.close()
    assert [trouble for tab in tabs for trouble in tab.trouble] == []


@pytest.fixture
def tab(open_tab: Callable[[], Sitting]) -> Sitting:
    return open_tab()


def gold(task: Task) -> list[tuple[int, int]]:
    return [(span.start, span.end) for span in Annotation.objects.gold().get(note=task.note_id).spans]


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


def test_hostile_note_is_shown_as_text(tab: Sitting, cast: Cast, add_task: AddTask) -> None:  # noqa: F811
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


# Faults ---------------------------------------------------------------------------------------------------------------
def test_answer_lost_after_the_server_saved_is_saved_once(tab: Sitting, waiting: list[Task]) -> None:
    tab.open(waiting[0]).mark_first_word()
    tab.cut("**/submit/", after_the_server=True)
    tab.press("Enter").at(waiting[1]).saved("Not saved yet: no connection, kept on this computer .1 note waits.")
    tab.saved()
    assert gold(waiting[0]) == [(0, 5)]
    assert Annotation.objects.count() == 1


def test_outage_keeps_notes_on_the_computer_without_a_word_of_them(tab: Sitting, waiting: list[Task]) -> None:
    tab.open(waiting[0])
    tab.page.context.set_offline(True)
    tab.mark_first_word().press("Enter").at(waiting[1]).mark_first_word().press("Enter")
    tab.saved("Not saved yet: no connection, kept on this computer .2 notes wait.")
    kept = tab.page.evaluate("JSON.stringify(localStorage)")
    assert "outbox:" in kept
    assert not any(word in kept for word in ("fever", "asthma", "cough"))
    tab.page.context.set_offline(False)
    tab.at(waiting[2]).saved()
    assert [gold(task) for task in waiting[:2]] == [[(0, 5)], [(0, 6)]]


def test_tab_closed_before_the_save_arrived_sends_it_next_time(
    open_tab: Callable[[], Sitting], waiting: list[Task]
) -> None:
    first = open_tab().open(waiting[0]).mark_first_word()
    first.cut("**/submit/", times=99)
    first.press("Enter").at(waiting[1]).saved("Not saved yet")
    first.page.close()
    open_tab().open(waiting[1], fetches="**/submit/").saved()
    assert gold(waiting[0]) == [(0, 5)]


def test_draft_of_a_closed_tab_comes_back_also_elsewhere(open_tab: Callable[[], Sitting], waiting: list[Task]) -> None:
    first = open_tab().open(waiting[0])
    with first.page.expect_response("**/draft/"):
        first.mark_first_word()
    first.saved()
    first.page.evaluate("localStorage.clear()")
    first.page.close()
    assert open_tab().open(waiting[0]).marks() == ["fever"]
    assert Draft.objects.get().version == 1


def test_closed_tab_gives_back_the_note_it_had_fetched(tab: Sitting, waiting: list[Task]) -> None:
    tab.open(waiting[0])
    assert Task.objects.filter(status=Task.Status.IN_PROGRESS).count() == 2
    tab.page.goto("about:blank")
    assert eventually(lambda: list(Task.objects.filter(status=Task.Status.IN_PROGRESS)) == [waiting[0]], 5)


def test_signed_out_in_the_middle_loses_nothing(
    tab: Sitting, live_server: Any, cast: Cast, waiting: list[Task]
) -> None:
    tab.open(waiting[0]).mark_first_word()
    tab.page.context.clear_cookies(name="sessionid")
    tab.press("Enter").at(waiting[1]).saved("Not saved yet: you are signed out")
    sign_in(tab.page.context, live_server.url, cast.annotator)
    tab.saved()
    assert gold(waiting[0]) == [(0, 5)]


@pytest.mark.slow
def test_server_killed_in_the_middle_saves_each_note_once(
    chromium: Browser, cast: Cast, waiting: list[Task], tmp_path: Path
) -> None:
    stack = Stack(tmp_path)
    web = stack.web()
    context = chromium.new_context()
    sign_in(context, stack.url, cast.annotator)
    tab = Sitting(context.new_page(), stack.url).open(waiting[0])
    kill_group(web)
    tab.mark_first_word().press("Enter").at(waiting[1]).saved("Not saved yet")
    stack.web()
    tab.saved().press("Enter").at(waiting[2]).saved()
    context.close()
    stack.stop()
    assert [gold(task) for task in waiting[:2]] == [[(0, 5)], []]
    assert Annotation.objects.count() == 2


# Conflicts ------------------------------------------------------------------------------------------------------------
def test_two_tabs_on_one_note_choose_side_by_side(open_tab: Callable[[], Sitting], waiting: list[Task]) -> None:
    first, second = open_tab().open(waiting[0]), open_tab().open(waiting[0])
    with first.page.expect_response("**/draft/"):
        first.mark_first_word()
    second.page.evaluate("localStorage.clear()")
    second.press("ArrowRight", "ArrowRight", "ArrowRight", "d")
    dialog = second.page.locator("#conflict-dialog")
    expect(dialog).to_be_visible()
    expect(dialog.locator("[data-version=mine] .is-only")).to_contain_text("cough")
    expect(dialog.locator("[data-version=theirs] .is-only")).to_contain_text("fever")
    second.press("2")
    assert second.marks() == ["fever"]
    second.press("Enter").at(waiting[1]).saved()
    assert gold(waiting[0]) == [(0, 5)]


@pytest.mark.parametrize(("key", "kept"), [("1", [(0, 5)]), ("2", [(10, 15)])])
def test_note_submitted_in_another_tab_too_asks_which_stays(
    open_tab: Callable[[], Sitting], waiting: list[Task], key: str, kept: list[tuple[int, int]]
) -> None:
    first, second = open_tab().open(waiting[0]), open_tab().open(waiting[0])
    first.press("ArrowRight", "ArrowRight", "ArrowRight", "d", "Enter").at(waiting[1]).saved()
    second.mark_first_word().press("Enter")
    expect(second.page.locator("#conflict-dialog")).to_be_visible()
    second.press(key)
    second.at(waiting[1]).saved()
    assert gold(waiting[0]) == kept


def test_newer_suggestions_than_those_seen_are_told(
    tab: Sitting, project: Project, cast: Cast, waiting: list[Task]
) -> None:
    tab.open(waiting[0]).mark_first_word()
    rows = {waiting[0].note_id: [ScoredSpan(10, 15, "DISEASE", 0.9).span]}
    revisions.add_imported(project=project, spans=rows, by=cast.lead, gold=True)
    tab.press("Enter")
    dialog = tab.page.locator("#conflict-dialog")
    expect(dialog).to_contain_text("By lead")
    tab.press("1")
    tab.at(waiting[1]).saved()
    assert gold(waiting[0]) == [(0, 5)]


def test_note_that_a_colleague_took_is_told_and_left(tab: Sitting, cast: Cast, waiting: list[Task]) -> None:
    tab.open(waiting[0]).mark_first_word()
    let_lapse(waiting[0])
    tasks.take(task=Task.objects.get(pk=waiting[0].pk), by=cast.annotator2)
    tab.press("Enter").at(waiting[0])
    expect(tab.page.locator("#alert")).to_contain_text("was not saved")
    tab.page.get_by_role("button", name="Leave it and go on").click()
    tab.at(waiting[1])
    assert not Annotation.objects.exists()
