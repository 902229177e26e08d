from __future__ import annotations

import pytest

from annotation.spans import Span
from training.gates.phrases import ANY, Phrase, PhraseError, phrases_of, places, spans_of, touches

LABELS = ["DISEASE", "TREATMENT"]


def test_phrase_is_found_at_each_place_as_whole_words() -> None:
    text = "TB clinic. No TB, STB, TB."
    assert [text[start:end] for start, end in places(text, "TB")] == ["TB"] * 3
    assert places(text, "tb") == []


def test_phrase_with_signs_at_its_ends_is_found_as_it_stands() -> None:
    assert places("fever (?dengue)", "(?dengue)") == [(6, 15)]


def test_spans_count_code_points() -> None:
    text = "👩‍⚕️ T2DM"
    (span,) = spans_of(text, [Phrase("T2DM", "DISEASE")], LABELS)
    assert text[span.start : span.end] == "T2DM"


def test_phrase_that_is_not_in_the_text_is_named_by_its_number_alone() -> None:
    phrases = [Phrase("dengue", "DISEASE"), Phrase("canary", "DISEASE")]
    with pytest.raises(PhraseError, match="Phrase 2") as caught:
        spans_of("dengue", phrases, LABELS)
    assert "canary" not in str(caught.value)


def test_phrase_with_a_label_of_another_project_is_refused() -> None:
    with pytest.raises(PhraseError, match="Phrase 1 has no label"):
        spans_of("dengue", [Phrase("dengue", "SYMPTOM")], LABELS)


def test_spans_come_back_as_the_phrases_they_were_made_of() -> None:
    text = "DM, HTN, DM"
    phrases = [Phrase("DM", "DISEASE"), Phrase("HTN", "DISEASE")]
    assert phrases_of(text, spans_of(text, phrases, LABELS)) == phrases


@pytest.mark.parametrize(
    ("found", "unwanted", "expected"),
    [
        (Span(0, 9, "DISEASE"), Span(0, 2, ANY), True),
        (Span(3, 9, "DISEASE"), Span(0, 2, ANY), False),
        (Span(2, 9, "DISEASE"), Span(0, 2, ANY), False),
        (Span(0, 9, "DISEASE"), Span(0, 2, "TREATMENT"), False),
        (Span(0, 9, "DISEASE"), Span(0, 2, "DISEASE"), True),
    ],
)
def test_unwanted_phrase_is_touched_by_any_character_under_its_label(
    found: Span, unwanted: Span, expected: bool
) -> None:
    assert touches(found, unwanted) is expected
