from __future__ import annotations

import pytest

from annotation.search.pieces import marked, snippet
from annotation.search.question import Question, parse
from annotation.search.words import MAX_WORD, mention, stems, words
from annotation.spans import Span


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Pt k/c/o T2DM, 500mg BD", ["pt", "k", "c", "o", "t2dm", "500", "mg", "bd"]),
        ("BP 120/80, HbA1c 6.5%", ["bp", "120", "80", "hba1c", "6.5"]),
        ("Crohn's and Crohn’s, naïve café", ["crohn", "and", "crohn", "naiv", "cafe"]),
        ("मरीज़ को बुखार है", ["मरीज़", "को", "बुखार", "है"]),
        ("ＡＢＣ ﬁbrosis e\u0301cole", ["abc", "fibrosi", "ecol"]),
        ("مَرَض 发热 жар", ["مَرَض", "发热", "жар"]),
        ("😀fever👨‍👩‍👧 \u200b—", ["fever"]),
        ("", []),
    ],
)
def test_words_of_any_script_are_found_by_their_stems(text: str, expected: list[str]) -> None:
    assert [word.stem for word in words(text)] == expected
    assert stems(text) == set(expected)


def test_words_stand_where_they_are_in_the_text_as_it_is() -> None:
    text = "ﬁbrosis 👍🏽 Crohn’s\r\nक्षय"
    assert [text[w.start : w.end] for w in words(text)] == ["ﬁbrosis", "Crohn’s", "क्षय"]


def test_words_longer_than_any_word_are_left_out() -> None:
    assert stems("fever " + "x" * (MAX_WORD + 1)) == {"fever"}


def test_mention_is_compared_by_its_words_and_not_by_their_stems() -> None:
    assert mention("Type-2  DIABETES\nmellitus") == mention("type 2 diabetes mellitus")
    assert mention("diabetic") != mention("diabetes")


def test_question_takes_words_and_entities_in_quotes() -> None:
    assert parse('fevers "Type 2 diabetes" “CKD”  cough') == Question(("fever", "cough"), ("Type 2 diabetes", "CKD"))
    assert parse('"unfinished cough') == Question(("unfinish", "cough"))
    assert parse(' "" … "--" ') == Question()


def test_question_with_a_label_asks_for_it_by_itself_or_of_its_entities() -> None:
    assert parse("fever").names("DISEASE") == {("word", "fever"), ("tag", "label", "DISEASE")}
    assert parse('"Fever"').names("DISEASE") == {("entity", "fever", "DISEASE")}


# Pieces ---------------------------------------------------------------------------------------------------------------
def test_snippet_shows_what_was_found_and_where_it_is_cut() -> None:
    text = "word " * 60 + "then diabetes came\r\nand " + "more " * 60
    pieces = snippet(text, parse("diabetic"))
    assert [piece.text for piece in pieces if piece.found] == ["diabetes"]
    whole = "".join(piece.text for piece in pieces)
    assert whole.startswith("… word")
    assert whole.endswith(" …")
    assert "came and" in whole


def test_snippet_marks_entities_that_were_asked_for() -> None:
    pieces = snippet("DM 2 with dm", parse('"dm 2"'), [Span(0, 4, "D")])
    assert [(piece.text, piece.found) for piece in pieces] == [("DM 2", True), (" with dm", False)]


def test_snippet_without_a_hit_is_the_beginning() -> None:
    assert [piece.text for piece in snippet("fever and cough", Question())] == ["fever and cough"]


def test_marked_pieces_are_the_text_and_know_their_spans() -> None:
    text = "chronic CKD stage 4 😀"
    outer, inner = Span(8, 19, "DISEASE"), Span(8, 11, "NAME")
    pieces = marked(text, [inner, outer])
    assert "".join(piece.text for piece in pieces) == text
    assert [(p.text, p.spans, p.closes) for p in pieces if p.spans] == [
        ("CKD", (outer, inner), (inner,)),
        (" stage 4", (outer,), (outer,)),
    ]


def test_marked_leaves_spans_outside_the_text_out() -> None:
    assert [piece.text for piece in marked("abc", [Span(2, 9, "D"), Span(-1, 2, "D")])] == ["abc"]
    assert marked("", []) == []
