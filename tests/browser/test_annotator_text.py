"""The note as it is shown, and the offsets of what is marked in it."""

from __future__ import annotations

import re

from tests.browser.bench import STRANGE, Bench, offsets, span


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
    assert offsets(bench.rows()) == offsets(wanted)


def test_given_spans_come_back_unchanged(bench: Bench) -> None:
    spans = [span(STRANGE, mention) for mention in MENTIONS]
    bench.open(STRANGE, spans)
    assert [text for _, text in bench.marks()] == MENTIONS
    assert offsets(bench.rows()) == offsets(spans)


def test_span_over_lines_is_one_span(bench: Bench) -> None:
    text = "severe\r\nchest\r\npain now"
    bench.open(text, [span(text, "severe\r\nchest\r\npain")])
    assert bench.text() == text
    assert bench.marks() == [("DISEASE", "severe\r\nchest\r\npain")]


def test_long_note_of_one_line_keeps_its_text_and_spans(bench: Bench) -> None:
    text = ("c/o asthma, on Tab Metformin 500mg, no " * 600)[:20_000]
    spans = [{**span(text, "asthma"), "start": m.start(), "end": m.end()} for m in re.finditer("asthma", text)]
    bench.open(text, spans)
    assert len(spans) > 500
    assert bench.text() == text
    lines = bench.page.eval_on_selector_all("#note .line", "lines => lines.map(line => line.textContent)")
    assert len(lines) > 10
    assert all(line.endswith(" ") for line in lines[:-1])
    bench.page.evaluate("annotator.run({name: 'go', id: annotator.spans.list[300].id})")
    bench.press("ArrowRight", "n", "t", "Tab", "Delete", "u")
    assert len(bench.rows()) == len(spans)
    assert bench.rows()[300]["end"] == spans[300]["end"] + 1
    assert bench.text() == text


def test_long_word_without_spaces_is_never_cut(bench: Bench) -> None:
    text = "e\u0301" * 3_000 + " \u0301x" + "\u0928\u092e\u0938\u094d\u0924\u0947" * 500
    bench.open(text)
    assert bench.text() == text
    assert bench.page.locator("#note .line").count() == 1
