"""The keyboard alone."""

from __future__ import annotations

from tests.browser.bench import PLAIN, Bench, span


def test_keyboard_alone_adds_a_span(bench: Bench) -> None:
    bench.open()
    bench.press(*["ArrowRight"] * 4, "d", "ArrowRight", "ArrowRight", "ArrowRight", "Shift+ArrowRight", "t")
    assert bench.marks() == [("DISEASE", "asthma"), ("TREATMENT", "Tab Metformin")]


def test_keyboard_walks_lines(bench: Bench) -> None:
    bench.open()
    bench.press("ArrowRight", "ArrowDown", "d", "ArrowUp", "t")
    assert bench.marks() == [("TREATMENT", "Known"), ("DISEASE", "No")]


def test_tab_relabel_delete_undo_redo(bench: Bench) -> None:
    bench.open(spans=[span(PLAIN, "asthma", score=0.93), span(PLAIN, "fever")])
    first = bench.page.locator("#note mark").first
    assert first.get_attribute("aria-label") == "DISEASE: asthma, score 0.93"
    first.focus()
    bench.press("t")
    assert bench.marks() == [("TREATMENT", "asthma"), ("DISEASE", "fever")]
    bench.press("Tab", "Delete")
    assert bench.marks() == [("TREATMENT", "asthma")]
    bench.press("Control+z", "u")
    assert bench.marks() == [("DISEASE", "asthma"), ("DISEASE", "fever")]
    assert first.get_attribute("data-score") == "0.93"
    bench.press("Control+Shift+Z", "Control+Shift+Z")
    assert bench.marks() == [("TREATMENT", "asthma")]


def test_edges_move_by_words_and_stop_at_a_neighbour(bench: Bench) -> None:
    bench.open(spans=[span(PLAIN, "asthma"), span(PLAIN, "Tab", "TREATMENT")])
    bench.page.locator("#note mark").first.focus()
    bench.press("Shift+ArrowLeft", "ArrowRight", "ArrowRight")
    assert bench.marks()[0] == ("DISEASE", "of asthma, on")
    bench.press("ArrowRight")
    assert bench.marks()[0] == ("DISEASE", "of asthma, on")
    assert bench.said() == "Another entity is in the way."
    bench.press("Shift+ArrowRight", *["ArrowLeft"] * 5)
    assert bench.marks()[0] == ("DISEASE", "asthma")


def test_side_list_removes_and_focuses(bench: Bench) -> None:
    bench.open(spans=[span(PLAIN, "asthma"), span(PLAIN, "fever")])
    bench.page.click("#span-list li:nth-child(2) .span-go")
    assert bench.page.evaluate("document.activeElement.textContent") == "fever"
    bench.page.click("#span-list [aria-label='Remove DISEASE: asthma']")
    assert bench.marks() == [("DISEASE", "fever")]
    assert bench.page.inner_text("#span-count") == "1"


def test_keys_are_silent_while_typing_and_behind_a_dialog(bench: Bench) -> None:
    bench.open(spans=[span(PLAIN, "asthma")])
    bench.page.locator("#note mark").first.focus()
    bench.press("?")
    bench.press("t", "Delete", "u")
    assert bench.page.is_visible("#help-dialog")
    bench.press("Escape")
    bench.page.locator("#note mark").first.focus()
    bench.press("c")
    bench.page.wait_for_selector("#code-dialog[open]")
    bench.page.keyboard.type("td us?")
    assert bench.page.input_value("#code-field") == "td us?"
    bench.press("Escape")
    assert bench.marks() == [("DISEASE", "asthma")]
    assert bench.calls("submit") == []
