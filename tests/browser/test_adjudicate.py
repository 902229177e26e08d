"""The adjudication page with the real server behind it: keys, mouse, hostile texts, accessibility."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from annotation.actions import tasks
from annotation.models import Annotation, Project, Task
from annotation.spans import MarkedSpan
from tests.browser.sitting.tab import sign_in
from tests.conftest import Cast
from tests.disputes import dispute, spans_of

pytestmark = pytest.mark.django_db(transaction=True)

TEXT = (
    "Pt 58 yr 🤕 k/c/o type 2 diabetes since 2015,\r\non Tab metformin 500mg BD\tand  telmisartan.\r\n"
    "<script>window.hit=1</script> {{ 7*7 }} मरीज़ को बुखार; no fever today. Adv: HbA1c after 3 months."
)
AGREED = spans_of(TEXT, ("metformin", "TREATMENT"))
LEFT = [*AGREED, *spans_of(TEXT, ("type 2 diabetes", "DISEASE"), ("telmisartan", "TREATMENT"), ("बुखार", "DISEASE"))]
RIGHT = [*AGREED, *spans_of(TEXT, ("diabetes", "DISEASE"), ("telmisartan", "DISEASE"), ("<script>", "TREATMENT"))]


class Desk:
    """A reviewer's browser at one adjudication. A is who came first: the task's number is even."""

    def __init__(self, page: Page, task: Task, url: str) -> None:
        self.page, self.task, self.url = page, task, url
        self.trouble: list[str] = []
        page.on("pageerror", lambda error: self.trouble.append(str(error)))
        page.on("console", lambda line: line.type in ("warning", "error") and self.trouble.append(line.text))

    def open(self) -> Desk:
        self.page.goto(f"{self.url}/tasks/{self.task.pk}/adjudicate/")
        self.page.wait_for_selector("#adjudicator[data-ready]")
        self.page.wait_for_timeout(300)  # the page takes no Enter in its first moment
        return self

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def title(self) -> str:
        return self.page.inner_text("#case-title")

    def chosen(self) -> list[str]:
        marks = "m => m.map(e => e.dataset.choice)"
        return self.page.eval_on_selector_all("mark.difference", marks)

    def gold(self) -> list[tuple[str, str]]:
        gold = Annotation.objects.gold().get(note=self.task.note_id)
        return [(gold.note.text[s.start : s.end], s.label) for s in gold.spans]


@pytest.fixture
def make(page: Page, live_server: Any, project: Project, cast: Cast) -> Iterator[Callable[..., Desk]]:
    desks = []

    def make(text: str = TEXT, left: list[MarkedSpan] = LEFT, right: list[MarkedSpan] = RIGHT) -> Desk:
        task = dispute(project, (cast.annotator, cast.annotator2), text, left, right)
        if task.pk % 2:  # its A is the second annotator: another one
            tasks.skip(task=tasks.take(task=task, by=cast.reviewer), by=cast.reviewer, reason=Task.SkipReason.DUPLICATE)
            task = dispute(project, (cast.annotator, cast.annotator2), text, left, right)
        desks.append(Desk(page, task, live_server.url))
        return desks[-1]

    sign_in(page.context, live_server.url, cast.reviewer)
    yield make
    assert [desk.trouble for desk in desks] == [[] for _ in desks]


def test_each_difference_takes_one_key_and_enter_makes_gold(make: Callable[..., Desk]) -> None:
    desk = make().open()
    assert desk.page.eval_on_selector("#note", "e => e.textContent") == TEXT
    expect(desk.page.locator("#case-kinds")).to_have_text("Edges differ")
    assert desk.title() == "Difference 1 of 4"
    desk.press("1", "ArrowRight")
    expect(desk.page.locator("#case-kinds")).to_have_text("Only B has it")
    desk.press("Enter")
    expect(desk.page.locator("#said")).to_contain_text("2 not decided yet.")
    desk.press("3")
    expect(desk.page.locator("#said")).to_contain_text("can't stand together")
    desk.press("0", "ArrowLeft")
    assert desk.chosen() == ["left", "right", "left", "left"], "neither of nothing and B is nothing"
    expect(desk.page.locator("#said")).to_contain_text("All are decided")
    desk.press("Enter")
    desk.page.wait_for_url(lambda url: f"/tasks/{desk.task.pk}/" not in url)
    expect(desk.page.locator(".message-success")).to_contain_text("Version A was annotator's: 3 of 4 taken.")
    assert desk.gold() == [
        ("type 2 diabetes", "DISEASE"),
        ("metformin", "TREATMENT"),
        ("telmisartan", "DISEASE"),
        ("बुखार", "DISEASE"),
    ]
    assert desk.page.evaluate("window.hit") is None


def test_mouse_does_the_same_and_undo_goes_back(make: Callable[..., Desk]) -> None:
    desk = make().open()
    desk.page.click("mark.difference >> nth=2")
    assert desk.title() == "Difference 3 of 4"
    desk.page.click("[data-choice=right]:visible >> nth=-1")
    desk.page.click(".step-button >> nth=0")
    desk.page.click(".choice-neither")
    assert desk.chosen() == ["neither", "", "right", ""]
    assert desk.title() == "Difference 2 of 4"
    desk.page.click("#undo")
    assert (desk.chosen(), desk.title()) == (["", "", "right", ""], "Difference 1 of 4")
    desk.press("Control+z")
    assert desk.chosen() == [""] * 4
    expect(desk.page.locator("#undo")).to_be_disabled()
    for _ in range(4):
        desk.page.click(".choice-right")
    desk.page.click("#submit")
    desk.page.wait_for_url(lambda url: f"/tasks/{desk.task.pk}/" not in url)
    assert len(desk.gold()) == 4


def test_choices_outlive_a_reload_and_an_outage(make: Callable[..., Desk]) -> None:
    desk = make().open()
    desk.press("1", "2")
    desk.open()
    assert (desk.chosen(), desk.title()) == (["left", "right", "", ""], "Difference 3 of 4")
    kept = desk.page.evaluate("JSON.stringify({...localStorage, ...sessionStorage})")
    assert "diabetes" not in kept
    desk.press("1", "1")
    desk.page.context.set_offline(True)
    desk.press("Enter")
    expect(desk.page.locator("#alert")).to_contain_text("can't be reached")
    desk.page.context.set_offline(False)
    desk.page.click("#alert button")
    desk.page.wait_for_url(lambda url: f"/tasks/{desk.task.pk}/" not in url)
    assert len(desk.gold()) == 4
    desk.trouble[:] = [line for line in desk.trouble if "ERR_INTERNET_DISCONNECTED" not in line]


def test_decision_can_be_corrected(make: Callable[..., Desk]) -> None:
    desk, other = make(), make()
    desk.open().press("2", "2", "2", "2", "Enter")
    desk.page.wait_for_url(f"**/tasks/{other.task.pk}/adjudicate/")
    desk.page.get_by_role("link", name=f"Correct note {desk.task.note_id}").click()
    desk.page.wait_for_selector("#adjudicator[data-ready]")
    assert desk.chosen() == ["right"] * 4
    desk.page.wait_for_timeout(300)
    desk.press("1", "Enter")
    desk.page.wait_for_url(f"**/tasks/{other.task.pk}/adjudicate/")
    assert desk.gold()[0] == ("type 2 diabetes", "DISEASE")


def test_page_is_named_for_screen_readers_and_fits_a_phone(make: Callable[..., Desk]) -> None:
    desk = make().open()
    choice = desk.page.get_by_role("button", name="Version A, key 1: DISEASE “type 2 diabetes”")
    expect(choice).to_be_visible()
    assert choice.locator(".excerpt-line").text_content() == "Pt 58 yr 🤕 k/c/o type 2 diabetes since 2015,"
    desk.press("1")
    expect(desk.page.get_by_role("button", name="Difference 1: Version A taken")).to_be_visible()
    for width in (1440, 390):
        desk.page.set_viewport_size({"width": width, "height": 844})
        assert Axe().run(desk.page).response["violations"] == []
        assert desk.page.evaluate("document.documentElement.scrollWidth") == width


def test_edit_by_hand_goes_on_in_the_note_page(make: Callable[..., Desk]) -> None:
    desk = make().open()
    desk.press("1", "2")
    desk.page.click("[data-do=hand]")
    desk.page.wait_for_url(lambda url: url.endswith("?by=hand"))
    marks = desk.page.locator("#note mark.span")
    expect(marks).to_have_count(3)
    desk.page.go_back()
    desk.page.wait_for_selector("#adjudicator[data-ready]")
    assert desk.chosen() == ["left", "right", "", ""]
    desk.page.get_by_role("link", name="Go on by hand").click()
    expect(marks).to_have_count(3)
    marks.nth(1).focus()
    desk.press("Delete")  # what both had: no choice could say that
    expect(marks).to_have_count(2)
    desk.page.wait_for_selector("#submit:enabled")
    desk.press("Enter")
    desk.page.wait_for_url("**/p/clinic/queue/")
    desk.page.goto(f"{desk.url}/tasks/{desk.task.pk}/adjudicate/")
    desk.page.wait_for_url(lambda url: url.endswith("?by=hand"))
    assert len(desk.gold()) == 2
