"""The schema of a note: what is refused, what is left out, what is kept and said to be odd."""

from __future__ import annotations

from typing import Any

import pytest

from annotation.intake import FACETS, Ids, read_note
from annotation.spans import MAX_TEXT

CANARY = "Canary"
BAD_WORDS = [1.5, True, ["x"], {}, "x" * 201, "line\nbreak", "\ud800", "nul\0", "\x85", 10**300]


def note(**more: Any) -> dict[str, Any]:
    return {"id": "n1", "text": "Asthma.", **more}


def test_good_note_is_read_exactly() -> None:
    text = " 😀 k/c/o  T2DM\r\n\tमधुमेह \n"
    read = read_note(note(text=text, id=7, patient="p", doctor="d", city="Pune", age_band=40, source=None))
    assert (read.id, read.text, read.patient, read.doctor) == ("7", text, "p", "d")
    assert read.facets == {"city": "Pune", "age_band": "40"}
    assert (read.errors, read.warnings) == ([], [])


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is empty"),
        (" \r\n", "is empty"),
        (None, "NoneType, not a string"),
        (5, "int, not a string"),
        (["Canary"], "list, not a string"),
        ("Canary\0", "NUL character at 6"),
        ("Canary\udfff", "lone surrogate at 6"),
        ("😀" * (MAX_TEXT + 1), "20,001 characters"),
    ],
)
def test_text_that_no_note_can_have_is_an_error_of_its_field(text: Any, says: str) -> None:
    read = read_note(note(text=text))
    (fault,) = read.errors
    assert fault.field == "text"
    assert says in fault.sentence
    assert CANARY not in fault.sentence


def test_longest_text_is_taken() -> None:
    assert read_note(note(text="😀" * MAX_TEXT)).errors == []


@pytest.mark.parametrize("value", BAD_WORDS)
def test_id_that_can_not_be_kept_is_an_error(value: Any) -> None:
    read = read_note(note(id=value))
    assert [fault.field for fault in read.errors] == ["id"]
    assert read.id == ""


def test_missing_id_is_an_error_where_it_is_required() -> None:
    for value in (None, ""):
        assert read_note(note(id=value)).errors == []
        assert "no id" in read_note(note(id=value), id_required=True).fault_of("id")


@pytest.mark.parametrize("value", BAD_WORDS)
@pytest.mark.parametrize("name", ["patient", "doctor", *FACETS])
def test_word_that_can_not_be_kept_is_left_out_with_a_warning_or_an_error_in_a_file(name: str, value: Any) -> None:
    quick, strict = read_note(note(**{name: value})), read_note(note(**{name: value}), strict=True)
    assert [fault.field for fault in quick.warnings] == [fault.field for fault in strict.errors] == [name]
    assert quick.errors == strict.warnings == []
    assert (quick.patient, quick.doctor, quick.facets) == ("", "", {})


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"text": "Canary\x07 and \x1b"}, ("text", "control characters, the first at 6")),
        ({"text": "Canary \ufffd"}, ("text", "wrong encoding")),
        ({"language": "English (Canary)"}, ("language", "no tag")),
        ({"Canary": 1}, ("", "unknown and was ignored")),
    ],
)
def test_odd_note_is_kept_with_a_warning_that_does_not_quote_it(more: dict[str, Any], says: tuple[str, str]) -> None:
    read = read_note(note(**more))
    (fault,) = read.warnings
    assert fault.field == says[0]
    assert says[1] in fault.sentence
    assert CANARY not in fault.sentence
    assert read.errors == []
    assert read.text == more.get("text", "Asthma.")


@pytest.mark.parametrize("tag", ["en", "hi-IN", "hinglish", "zh-Hant-TW"])
def test_language_tags_are_taken(tag: str) -> None:
    assert read_note(note(language=tag)).warnings == []


def test_ids_that_came_before_are_known() -> None:
    ids = Ids()
    assert [ids.twice(name) for name in ("a", "b", "a", "", "", "\ud800")] == [False, False, True, False, False, False]
