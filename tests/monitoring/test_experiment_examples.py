"""A note's text around what two runs do differently: marks whole, nothing but text let through."""

from __future__ import annotations

from annotation.spans import Span
from monitoring.experiments.examples import AROUND, _around
from training.example_differences import NoteSpans, example_differences

GOLD = Span(300, 304, "DISEASE")
TEXT = "<b>é😀 " * 50 + "T2DM" + " and <i>more</i>" * 40


def change_of(note: NoteSpans) -> list:
    return list(example_differences([note])[0].changes)


def test_text_is_cut_around_the_difference_and_escaped() -> None:
    assert TEXT[GOLD.start : GOLD.end] == "T2DM"
    changes = change_of(NoteSpans(1, [GOLD], [GOLD], []))
    shown = str(_around(TEXT, changes, {GOLD: ["gold", "B"]}))
    assert shown.startswith("… ")
    assert shown.endswith(" …")
    assert '<mark class="piece hand-right">T2DM<small>DISEASE gold B</small></mark>' in shown
    assert "<b>" not in shown
    assert "&lt;b&gt;é😀" in shown
    assert len(shown) < 6 * AROUND


def test_mark_that_reaches_out_of_the_part_is_shown_whole() -> None:
    long = Span(0, 299, "TREATMENT")
    changes = change_of(NoteSpans(1, [GOLD], [GOLD], []))
    shown = str(_around(TEXT, changes, {GOLD: ["gold", "B"], long: ["gold", "A", "B"]}))
    assert not shown.startswith("…")
    assert "TREATMENT gold A B" in shown
    assert "hand-all" in shown


def test_mark_of_no_gold_is_told_from_the_others() -> None:
    extra = Span(301, 303, "DISEASE")
    changes = change_of(NoteSpans(1, [GOLD], [extra], [GOLD]))
    shown = str(_around(TEXT, changes, {GOLD: ["gold", "A"], extra: ["B"]}))
    assert '<mark class="piece hand-wrong">2D<small>DISEASE B</small></mark>' in shown
