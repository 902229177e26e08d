"""Whatever happens on the way, each note is saved once and no work is lost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from annotation.models import Annotation, Draft, Task
from tests.browser.sitting.tab import Sitting, gold, sign_in
from tests.conftest import Cast
from tests.faults.processes import eventually
from tests.stack import Stack, kill_group

pytestmark = pytest.mark.django_db(transaction=True)
AddTask = Callable[..., Task]


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


def test_somebody_else_who_signs_in_saves_nothing_of_mine(
    tab: Sitting, live_server: Any, cast: Cast, waiting: list[Task]
) -> None:
    tab.open(waiting[0]).mark_first_word()
    sign_in(tab.page.context, live_server.url, cast.annotator2)
    tab.press("Enter").at(waiting[1]).saved("Not saved yet: somebody else is signed in")
    assert not Annotation.objects.exists()
    sign_in(tab.page.context, live_server.url, cast.annotator)
    tab.saved()
    assert Annotation.objects.get().author == cast.annotator
