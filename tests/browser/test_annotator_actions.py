"""How many keys or strokes of the mouse each of the five actions takes, each with the keyboard and the mouse alone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser.bench import PLAIN, Bench, span

GIVEN = [span(PLAIN, "asthma", score=0.93), span(PLAIN, "Tab Metformin", "TREATMENT", score=0.9)]


class Keyboard:
    """Presses of real keys, counted."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.count = 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.count += 1


class Mouse:
    """Clicks, double clicks and drags of a real mouse, counted."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.count = 0

    def click(self, place: str | tuple[float, float], *, times: int = 1) -> None:
        if isinstance(place, str):
            box = self.bench.page.locator(place).bounding_box()
            assert box
            place = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        self.bench.page.mouse.click(*place, click_count=times)
        self.bench.page.wait_for_timeout(30)
        self.count += 1

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        self.bench.pull(start, end)
        self.count += 1


@pytest.fixture
def opened(bench: Bench) -> Bench:
    bench.open(spans=GIVEN)
    bench.armed()
    return bench


@pytest.fixture
def keyboard(opened: Bench) -> Keyboard:
    return Keyboard(opened.page)


@pytest.fixture
def mouse(opened: Bench) -> Mouse:
    return Mouse(opened)


def test_keyboard_accepts_with_one_key(opened: Bench, keyboard: Keyboard) -> None:
    keyboard.press("Enter")
    assert opened.calls("submit") == [[]]
    assert keyboard.count == 1


def test_keyboard_fixes_a_boundary_with_two_keys(opened: Bench, keyboard: Keyboard) -> None:
    keyboard.press("Tab", "Shift+ArrowLeft")
    assert opened.marks()[0] == ("DISEASE", "of asthma")
    assert keyboard.count == 2
    keyboard.press("Tab", "ArrowRight")
    assert opened.marks()[1] == ("TREATMENT", "Tab Metformin 500")
    assert keyboard.count == 4


def test_keyboard_relabels_and_deletes_with_one_key_after_selecting(opened: Bench, keyboard: Keyboard) -> None:
    keyboard.press("Tab")
    before = keyboard.count
    keyboard.press("t")
    assert opened.marks()[0] == ("TREATMENT", "asthma")
    assert keyboard.count == before + 1
    keyboard.press("Delete")
    assert opened.marks() == [("TREATMENT", "Tab Metformin")]
    assert keyboard.count == before + 2


def test_keyboard_adds_with_two_keys(opened: Bench, keyboard: Keyboard) -> None:
    keyboard.press("ArrowRight", "d")
    assert opened.marks()[0] == ("DISEASE", "Known")
    keyboard.press("ArrowRight", "t")
    assert opened.marks()[1] == ("TREATMENT", "case")
    assert keyboard.count == 4


def test_mouse_accepts_with_one_click(opened: Bench, mouse: Mouse) -> None:
    mouse.click("#submit")
    assert opened.calls("submit") == [[]]
    assert mouse.count == 1


def test_mouse_fixes_a_boundary_by_dragging_a_handle(opened: Bench, mouse: Mouse) -> None:
    mouse.click(opened.middle("asthma"))
    of = opened.box(PLAIN.index("of"), PLAIN.index("of") + 2)
    mouse.drag(opened.handle("start"), (of["left"] + 2, of["y"]))
    assert opened.marks()[0] == ("DISEASE", "of asthma")
    assert mouse.count == 2


def test_mouse_fixes_a_boundary_by_a_button(opened: Bench, mouse: Mouse) -> None:
    mouse.click(opened.middle("asthma"))
    mouse.click("#bubble [aria-label='End one word later']")
    assert opened.marks()[0] == ("DISEASE", "asthma,")
    assert mouse.count == 2


def test_mouse_relabels_and_deletes_with_one_click_after_selecting(opened: Bench, mouse: Mouse) -> None:
    mouse.click(opened.middle("asthma"))
    mouse.click("#bubble [data-label=TREATMENT]")
    assert opened.marks()[0] == ("TREATMENT", "asthma")
    assert mouse.count == 2
    mouse.click(opened.middle("Metformin"))
    mouse.click("#bubble [data-do=remove]")
    assert opened.marks() == [("TREATMENT", "asthma")]
    assert mouse.count == 4


def test_mouse_adds_with_a_double_click_and_a_click(opened: Bench, mouse: Mouse) -> None:
    mouse.click(opened.middle("fever"), times=2)
    mouse.click("#bubble [data-label=DISEASE]")
    assert opened.marks()[-1] == ("DISEASE", "fever")
    assert mouse.count == 2
