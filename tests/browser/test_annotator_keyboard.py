"""The keyboard alone."""

from __future__ import annotations

from tests.browser.bench import PLAIN, STRANGE, Bench, span


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


def test_edges_move_by_characters_with_alt(bench: Bench) -> None:
    bench.open(STRANGE, [span(STRANGE, "chest", score=0.9)])
    bench.press("Tab", "Alt+ArrowLeft", "Alt+ArrowLeft", "Alt+Shift+ArrowRight")
    assert bench.marks() == [("DISEASE", "he")]
    bench.press(*["Alt+ArrowRight"] * 3)
    assert bench.marks() == [("DISEASE", "hest  p")]
    bench.press("Alt+ArrowLeft", "Alt+Shift+ArrowLeft", "Alt+Shift+ArrowLeft")
    assert bench.marks() == [("DISEASE", ",  chest")]
    bench.press("Alt+Shift+ArrowLeft")
    assert bench.marks() == [("DISEASE", "\U0001f912,  chest")]
    assert bench.rows()[0]["start"] == span(STRANGE, "\U0001f912")["start"]


def test_character_moves_never_cut_a_grapheme(bench: Bench) -> None:
    family = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
    text = f"a{family}e\u0301 \u0928\u092e\u0938\u094d\u0924\u0947"
    bench.open(text, [span(text, "a")])
    seen = []
    bench.press("Tab")
    for _ in range(5):
        bench.press("Alt+ArrowRight")
        seen.append(bench.marks()[0][1])
    assert seen[:3] == [f"a{family}", f"a{family}e\u0301", f"a{family}e\u0301 \u0928"]
    assert seen[-1] == text


def test_right_to_left_arrows_follow_the_eye(bench: Bench) -> None:
    text = "\u0627\u0644\u0635\u062f\u0627\u0639 \u0645\u0646\u0630 \u064a\u0648\u0645"
    first, second, _ = text.split()
    bench.open(text, [span(text, first)])
    bench.press("Tab", "ArrowLeft")
    assert bench.marks() == [("DISEASE", f"{first} {second}")]
    bench.press("ArrowRight")
    assert bench.marks() == [("DISEASE", first)]


def test_tab_goes_on_from_where_the_walker_is(bench: Bench) -> None:
    bench.open(spans=[span(PLAIN, "asthma"), span(PLAIN, "500"), span(PLAIN, "fever")])
    focused = "document.activeElement.textContent"
    bench.press(*["ArrowRight"] * 5, "Tab")
    assert bench.page.evaluate(focused) == "500"
    bench.press("Escape", "ArrowRight", "ArrowRight", "Shift+Tab")
    assert bench.page.evaluate(focused) == "500"
    bench.press("Shift+Tab")
    assert bench.page.evaluate(focused) == "asthma"
    bench.press("Tab", "Tab", "Tab")
    assert bench.page.evaluate("document.activeElement.closest('#note')") is None


def test_walking_goes_through_entities_word_by_word(bench: Bench) -> None:
    bench.open(spans=[span(PLAIN, "of asthma")])
    bench.press(*["ArrowRight"] * 3)
    assert bench.said() == "Selected: of (in DISEASE: of asthma; Tab takes it)"
    bench.press("ArrowRight", "ArrowRight", "t", "ArrowRight", "t")
    assert bench.marks() == [("DISEASE", "of asthma"), ("TREATMENT", ","), ("TREATMENT", "on")]


def test_just_added_words_reach_further_with_shift(bench: Bench) -> None:
    bench.open()
    bench.press("ArrowRight", "d", "Shift+ArrowRight", "n")
    assert bench.marks() == [("DISEASE", "Known case")]
    assert bench.rows()[0]["assertion"] == ["negated"]


def test_words_in_hand_are_highlighted_and_can_be_copied(bench: Bench) -> None:
    bench.open()
    bench.press("ArrowRight", "Shift+ArrowRight")
    assert bench.page.evaluate("[...CSS.highlights.get('live')].map(String)") == ["Known case"]
    assert bench.page.evaluate("String(getSelection())") == ""
    copied = """() => { const event = new ClipboardEvent("copy", {clipboardData: new DataTransfer(), bubbles: true});
        document.getElementById("note").dispatchEvent(event); return event.clipboardData.getData("text/plain"); }"""
    assert bench.page.evaluate(copied) == "Known case"


def test_without_highlights_the_selection_of_the_page_shows_the_words(bench: Bench) -> None:
    bench.page.add_init_script("if (location.search === '?old') delete window.Highlight;")
    bench.open(address="?old")
    bench.press("ArrowRight", "Shift+ArrowRight")
    assert bench.page.evaluate("String(getSelection())") == "Known case"
    bench.press("d", "Escape")
    assert bench.marks() == [("DISEASE", "Known case")]
    assert bench.page.evaluate("String(getSelection())") == ""


def test_undo_beyond_the_note_is_the_page_s(bench: Bench) -> None:
    bench.open()
    bench.press("u", "r", "ArrowRight", "d", "u", "u", "Control+Shift+Z", "Control+y")
    assert len(bench.calls("back")) == 2
    assert len(bench.calls("forward")) == 2
    assert len(bench.calls("changed")) == 3


def test_next_note_in_the_same_skeleton(bench: Bench) -> None:
    bench.open(spans=[span(PLAIN, "asthma")])
    bench.press("Tab", "c")
    text = "No chest pain."
    bench.page.evaluate("data => { annotator.destroy(); build(data); }", {**bench.data, "text": text, "spans": []})
    bench.press("ArrowRight", "ArrowRight", "t")
    assert bench.text() == text
    assert bench.marks() == [("TREATMENT", "chest")]
    assert len(bench.calls("changed")) == 1
    assert bench.page.locator("#span-list li").count() == 1
