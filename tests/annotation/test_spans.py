from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.spans import (
    MAX_PROBLEMS,
    MAX_SPANS,
    MAX_TEXT,
    Counts,
    ScoredSpan,
    Span,
    SpanError,
    TextError,
    check_text,
    exact_counts,
    exact_counts_per_label,
    from_utf16,
    span_problems,
    spans_from_json,
    to_utf16,
)

LABELS = ("DISEASE", "TREATMENT")
# Heavy in what JavaScript counts twice, and in what a careless hand would merge or trim.
TEXTS = st.text(st.sampled_from("aé हि\r\n😀🩺𝒳\u0301\u200d\ufeff "), max_size=40)
SPANS = st.builds(Span, st.integers(0, 6), st.integers(0, 6), st.sampled_from(LABELS))
LISTS = st.lists(SPANS, max_size=8)


@st.composite
def texts_with_spans(draw: st.DrawFn) -> tuple[str, list[Span]]:
    text = draw(TEXTS)
    place = st.integers(0, len(text))
    return text, draw(st.lists(st.builds(Span, place, place, st.just("DISEASE")), max_size=5))


# Texts ----------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("text", [" a ", "a\r\nb\n", "😀", "x" * MAX_TEXT, "\ufeffa", "हृदय  रोग"])
def test_check_text_returns_a_good_text_unchanged(text: str) -> None:
    assert check_text(text) is text


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (None, "NoneType"),
        (b"Ramesh", "bytes"),
        ("", "empty"),
        (" \r\n\u00a0", "empty"),
        ("x" * (MAX_TEXT + 1), "20,001 characters"),
        ("Ramesh\x00", "NUL character at 6"),
        ("Ramesh\ud83d", "lone surrogate at 6"),
        ("Ramesh\udc00\ud83d", "lone surrogate at 6"),
    ],
)
def test_check_text_refuses_a_bad_text_without_quoting_it(text: object, says: str) -> None:
    with pytest.raises(TextError, match=says) as caught:
        check_text(text)
    assert "Ramesh" not in str(caught.value)


# JSON -----------------------------------------------------------------------------------------------------------------
def test_spans_from_json_reads_what_to_json_wrote() -> None:
    spans = [Span(0, 3, "DISEASE"), Span(4, 9, "TREATMENT")]
    assert spans_from_json([span.to_json() for span in spans]) == spans


def test_spans_from_json_leaves_a_score_aside() -> None:
    scored = ScoredSpan(0, 3, "DISEASE", 0.5)
    assert spans_from_json([scored.to_json()]) == [scored.span]


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        (None, "NoneType, not a list"),
        ({"start": 0}, "dict, not a list"),
        ([1], "Span 0 is int"),
        ([{"start": 0, "end": 1}], "Span 0 at 0-1 has no label"),
        ([{"start": 0, "end": 1, "label": ""}], "no label"),
        ([{"start": 0, "end": 1, "label": ["DISEASE"]}], "no label"),
        ([{"start": "0", "end": 1, "label": "DISEASE"}], "whole-number"),
        ([{"start": True, "end": 2, "label": "DISEASE"}], "whole-number"),
        ([{"start": 0.0, "end": 2, "label": "DISEASE"}], "whole-number"),
        ([{"start": 0, "end": 1, "label": "D"}, {"end": 1, "label": "D"}], "Span 1 has"),
        ([{"start": 0, "end": 1, "label": "D"}] * (MAX_SPANS + 1), "5,001 spans"),
    ],
)
def test_spans_from_json_names_the_row_that_is_wrong(rows: Any, says: str) -> None:
    with pytest.raises(SpanError, match=says):
        spans_from_json(rows)


# Problems -------------------------------------------------------------------------------------------------------------
def problems(*spans: tuple[int, int, str], nested: bool = False) -> list[str]:
    return span_problems("k/c/o diabetes, on metformin", [Span(*s) for s in spans], LABELS, nested=nested)


def test_span_problems_of_good_spans_are_none() -> None:
    assert problems((6, 14, "DISEASE"), (19, 28, "TREATMENT")) == []


def test_span_problems_of_touching_spans_are_none() -> None:
    assert problems((6, 10, "DISEASE"), (10, 14, "DISEASE")) == []


@pytest.mark.parametrize(
    ("span", "says"),
    [
        ((-1, 3, "DISEASE"), "outside the text"),
        ((6, 6, "DISEASE"), "outside the text"),
        ((8, 6, "DISEASE"), "outside the text"),
        ((19, 29, "DISEASE"), "outside the text of 28"),
        ((5, 14, "DISEASE"), "white space"),
        ((6, 16, "DISEASE"), "white space"),
        ((6, 14, "DRUG"), "unknown label 'DRUG'; use one of DISEASE, TREATMENT"),
    ],
)
def test_span_problems_of_one_bad_span(span: tuple[int, int, str], says: str) -> None:
    found = problems(span)
    assert len(found) == 1
    assert says in found[0]
    assert "diabetes" not in found[0]


@pytest.mark.parametrize(
    ("one", "two", "flat", "nested"),
    [
        ((6, 14), (6, 14), 1, 1),  # the same place twice, whatever the label
        ((6, 14), (6, 10), 1, 0),  # one holds the other, same start
        ((6, 14), (10, 14), 1, 0),  # same end
        ((6, 14), (8, 12), 1, 0),  # inside
        ((6, 14), (10, 18), 1, 1),  # crossing
    ],
)
def test_span_problems_of_overlaps(one: tuple[int, int], two: tuple[int, int], flat: int, nested: int) -> None:
    spans = [Span(*one, "DISEASE"), Span(*two, "TREATMENT")]
    text = "k/c/o diabetesxxxxxxxxx"
    for order in (spans, spans[::-1]):
        assert len(span_problems(text, order, LABELS)) == flat
        assert len(span_problems(text, order, LABELS, nested=True)) == nested


def test_span_problems_of_many_stacked_spans_stop_early() -> None:
    stacked = [Span(0, 10, "DISEASE")] * 3000
    assert MAX_PROBLEMS <= len(span_problems("x" * 10, stacked, LABELS)) < 2 * MAX_PROBLEMS


# Counts ---------------------------------------------------------------------------------------------------------------
def test_exact_counts_of_a_worked_example() -> None:
    gold = [Span(0, 3, "DISEASE"), Span(4, 8, "TREATMENT"), Span(10, 12, "DISEASE")]
    found = [Span(0, 3, "DISEASE"), Span(4, 8, "DISEASE"), Span(10, 13, "DISEASE"), Span(20, 22, "DISEASE")]
    counts = exact_counts(gold, found)
    assert counts == Counts(tp=1, fp=3, fn=2)
    assert counts.precision == 1 / 4
    assert counts.recall == 1 / 3
    assert counts.f1 == pytest.approx(2 / 7)


def test_exact_counts_one_prediction_twice_is_one_hit_and_one_miss() -> None:
    span = Span(0, 3, "DISEASE")
    assert exact_counts([span], [span, span]) == Counts(tp=1, fp=1, fn=0)


def test_counts_of_nothing_are_zero() -> None:
    assert (Counts().precision, Counts().recall, Counts().f1) == (0.0, 0.0, 0.0)


@given(gold=LISTS, found=LISTS)
def test_exact_counts_add_up(gold: list[Span], found: list[Span]) -> None:
    counts = exact_counts(gold, found)
    assert counts.tp + counts.fn == len(gold)
    assert counts.tp + counts.fp == len(found)
    assert min(counts.tp, counts.fp, counts.fn) >= 0
    assert 0 <= counts.f1 <= 1


@given(gold=LISTS, found=LISTS)
def test_exact_counts_turned_round_swap_false_positives_and_negatives(gold: list[Span], found: list[Span]) -> None:
    one, two = exact_counts(gold, found), exact_counts(found, gold)
    assert (one.tp, one.fp, one.fn) == (two.tp, two.fn, two.fp)


@given(spans=LISTS)
def test_exact_counts_of_the_same_spans_are_perfect(spans: list[Span]) -> None:
    assert exact_counts(spans, reversed(spans)) == Counts(tp=len(spans))


@given(gold=LISTS, found=LISTS)
def test_exact_counts_per_label_sum_to_the_whole(gold: list[Span], found: list[Span]) -> None:
    parts = exact_counts_per_label(iter(gold), iter(found))
    assert sum(parts.values(), Counts()) == exact_counts(gold, found)


# UTF-16 ---------------------------------------------------------------------------------------------------------------
@given(given_=texts_with_spans())
def test_utf16_round_trip_gives_the_same_spans(given_: tuple[str, list[Span]]) -> None:
    text, spans = given_
    assert from_utf16(text, to_utf16(text, spans)) == spans


@given(given_=texts_with_spans())
def test_to_utf16_slices_what_javascript_would(given_: tuple[str, list[Span]]) -> None:
    text, spans = given_
    units = text.encode("utf-16-le")
    for span, wide in zip(spans, to_utf16(text, spans), strict=True):
        assert units[2 * wide.start : 2 * wide.end].decode("utf-16-le") == text[span.start : span.end]


@pytest.mark.parametrize(("start", "end"), [(1, 2), (0, 1), (-1, 2), (0, 5), (10**30, 10**30 + 1)])
def test_from_utf16_refuses_half_characters_and_what_lies_outside(start: int, end: int) -> None:
    with pytest.raises(SpanError, match="cuts a character"):
        from_utf16("😀ab", [Span(start, end, "DISEASE")])
