"""The annotator's script in a real browser, without the server: its own page, its own modules, a stub that answers."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser.bench import PLAIN, STRANGE, Bench, offsets, span


# Text and offsets ---------------------------------------------------------------------------------------------------
def test_text_is_shown_to_the_character(bench: Bench) -> None:
    for text in (STRANGE, "\n\n a\n"):
        assert bench.open(text).text() == text


def test_hostile_text_is_shown_as_text(bench: Bench) -> None:
    text = "<script>window.hit=1</script><img src=x onerror=window.hit=1> {{ 7*7 }} {% now %} fever"
    bench.open(text, [span(text, "<img src=x onerror=window.hit=1>")])
    assert bench.text() == text
    assert bench.page.evaluate("window.hit") is None
    assert bench.page.locator("#note img, #note script, #span-list img").count() == 0


MENTIONS = [
    "fever",
    "\U0001f912",
    "chest  pain",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "cafe\u0301",
    "\u092c\u0941\u0916\u093e\u0930",
    "\u0627\u0644\u0635\u062f\u0627\u0639",
    "end",
]


def test_dragged_spans_have_utf16_offsets(bench: Bench) -> None:
    bench.open(STRANGE)
    wanted = [span(STRANGE, mention) for mention in MENTIONS]
    for row in wanted:
        bench.drag(row["start"], row["end"])
        bench.press("d")
    assert bench.marks() == [("DISEASE", mention) for mention in MENTIONS]
    assert bench.text() == STRANGE
    bench.submit()
    bench.page.wait_for_url("**/tasks/13/")
    assert offsets(bench.sent[0]["body"]["spans"]) == offsets(wanted)


def test_given_spans_come_back_unchanged(bench: Bench) -> None:
    spans = [span(STRANGE, mention) for mention in MENTIONS]
    bench.open(STRANGE, spans)
    assert [text for _, text in bench.marks()] == MENTIONS
    bench.submit()
    bench.page.wait_for_url("**/tasks/13/")
    assert offsets(bench.sent[0]["body"]["spans"]) == offsets(spans)


def test_span_over_lines_is_one_span(bench: Bench) -> None:
    text = "severe\r\nchest\r\npain now"
    bench.open(text, [span(text, "severe\r\nchest\r\npain")])
    assert bench.text() == text
    assert bench.marks() == [("DISEASE", "severe\r\nchest\r\npain")]


# Mouse and touch ----------------------------------------------------------------------------------------------------
def test_drag_snaps_to_words(bench: Bench) -> None:
    bench.open()
    at = PLAIN.index("case of asthma")
    bench.drag(at + 1, at + 10)
    bench.press("t")
    assert bench.marks() == [("TREATMENT", "case of asthma")]


def test_double_click_takes_a_word_and_the_bubble_labels_it(bench: Bench) -> None:
    bench.open()
    bench.page.mouse.dblclick(*bench.middle("Metformin"))
    bench.page.click("#bubble [data-label=TREATMENT]")
    assert bench.marks() == [("TREATMENT", "Metformin")]
    assert bench.page.is_hidden("#bubble")


def test_tap_takes_a_word_and_the_next_tap_reaches_to_another(chromium: Browser) -> None:
    context = chromium.new_context(viewport={"width": 390, "height": 800}, has_touch=True)
    bench = Bench(context.new_page()).open()
    for word in ("case", "asthma"):
        bench.page.touchscreen.tap(*bench.middle(word))
        bench.page.wait_for_timeout(50)
    bench.page.locator("#labels [data-label=DISEASE]").tap()
    assert bench.marks() == [("DISEASE", "case of asthma")]
    assert bench.page.evaluate("document.documentElement.scrollWidth") == 390
    context.close()


def test_adding_over_a_span_replaces_it_and_says_so(bench: Bench) -> None:
    bench.open(spans=[span(PLAIN, "of asthma", "TREATMENT")])
    at = PLAIN.index("asthma")
    bench.drag(at, at + 6)
    bench.press("d")
    assert bench.marks() == [("DISEASE", "asthma")]
    assert "Replaced TREATMENT" in bench.said()
    bench.press("u")
    assert bench.marks() == [("TREATMENT", "of asthma")]


def test_nested_project_keeps_both(bench: Bench) -> None:
    bench.open(spans=[span(PLAIN, "of asthma", "TREATMENT")], nested=True)
    at = PLAIN.index("asthma")
    bench.drag(at, at + 6)
    bench.press("d")
    assert bench.marks() == [("TREATMENT", "of asthma"), ("DISEASE", "asthma")]
    assert bench.text() == PLAIN


# Keyboard -----------------------------------------------------------------------------------------------------------
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
    assert bench.sent == []


# Submitting ---------------------------------------------------------------------------------------------------------
def test_enter_submits_once_and_goes_on(bench: Bench) -> None:
    bench.open(spans=[span(PLAIN, "asthma", score=0.9)])
    bench.armed()
    bench.page.evaluate(
        """() => { for (const repeat of [false, false, true, true]) {
            document.body.dispatchEvent(new KeyboardEvent("keydown", {key: "Enter", bubbles: true, repeat}));
            document.getElementById("submit").click();
        } }"""
    )
    bench.page.wait_for_url("**/tasks/13/")
    assert len(bench.sent) == 1
    assert bench.sent[0]["body"]["base_revision"] == 3
    assert type(bench.sent[0]["body"]["seconds"]) is int
    assert bench.sent[0]["headers"]["x-csrftoken"] == "token-of-page"


def test_held_enter_never_submits(bench: Bench) -> None:
    bench.open()
    bench.armed()
    held = 'document.body.dispatchEvent(new KeyboardEvent("keydown", {key: "Enter", bubbles: true, repeat: true}))'
    bench.page.evaluate(held)
    bench.page.wait_for_timeout(50)
    assert bench.sent == []


FAILURES: list[tuple[tuple[int, dict[str, Any]] | None, str]] = [
    (None, "can't be reached"),
    ((409, {"error": "Somebody else finished this note."}), "Somebody else finished this note."),
    ((422, {"error": "Span 1-2 overlaps."}), "Span 1-2 overlaps."),
    ((500, {}), "could not save"),
    ((302, {}), "signed out"),
]


def test_failure_keeps_the_work_and_offers_retry(bench: Bench) -> None:
    bench.answers = [answer for answer, _ in FAILURES]
    bench.open()
    bench.press(*["ArrowRight"] * 4, "d")
    bench.submit()
    for _, sentence in FAILURES:
        bench.page.locator("#alert-text", has_text=sentence).wait_for()
        assert bench.marks() == [("DISEASE", "asthma")]
        bench.page.click("#retry")
    bench.page.wait_for_url("**/tasks/13/")
    assert len(bench.sent) == len(FAILURES) + 1
    assert all(sent["body"]["spans"] == bench.sent[0]["body"]["spans"] for sent in bench.sent)


def test_draft_survives_a_reload_without_text_and_goes_with_the_submit(bench: Bench) -> None:
    bench.open()
    bench.press(*["ArrowRight"] * 4, "d")
    kept = bench.page.evaluate("JSON.stringify({...localStorage, ...sessionStorage})")
    assert "asthma" not in kept
    assert "draft:12:3" in kept
    bench.page.reload()
    bench.page.wait_for_selector("#annotator[data-ready]")
    assert bench.marks() == [("DISEASE", "asthma")]
    bench.press("u")
    assert bench.marks() == []
    bench.submit()
    bench.page.wait_for_url("**/tasks/13/")
    assert bench.page.evaluate("localStorage.length") == 0


# Size ---------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("line_end", ["\n", " "])
def test_long_note_stays_fluid(bench: Bench, line_end: str) -> None:
    row = "c/o asthma, on Tab Metformin 500mg, no" + line_end
    text = (row * 600)[:20_000]
    spans = [
        {"start": m.start(), "end": m.end(), "label": "DISEASE", "score": 0.9} for m in re.finditer("asthma", text)
    ]
    bench.open(text, spans)
    assert len(spans) > 500
    milliseconds = bench.page.evaluate(MEASURE)
    assert milliseconds < 100, f"{milliseconds:.0f} ms for one action"


MEASURE = """() => {
    const press = (key, more = {}) =>
        document.body.dispatchEvent(new KeyboardEvent("keydown", {key, bubbles: true, ...more}));
    const times = [];
    const timed = (...args) => {
        const from = performance.now();
        press(...args);
        document.body.offsetHeight;
        times.push(performance.now() - from);
    };
    for (let i = 0; i < 3; i += 1) { timed("ArrowRight"); }
    timed("d"); timed("t"); timed("ArrowRight", {shiftKey: true}); timed("Delete"); timed("u"); timed("u");
    window.times = times;
    return times.sort((a, b) => a - b)[times.length >> 1];
}"""
