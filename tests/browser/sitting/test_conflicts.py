"""A note that was saved elsewhere too: both versions side by side, and nothing overwritten unseen."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from annotation.actions import revisions, tasks
from annotation.models import Annotation, Project, Task
from annotation.spans import ScoredSpan
from tests.annotation.conftest import let_lapse
from tests.browser.sitting.tab import Sitting, gold
from tests.conftest import Cast

pytestmark = pytest.mark.django_db(transaction=True)
AddTask = Callable[..., Task]


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
