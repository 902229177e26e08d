"""Rows of an upload, as JSONL and CSV have them, and what becomes of bad ones."""

from __future__ import annotations

import io

import pytest

from annotation.formats.records import FormatError
from annotation.intake import TWICE
from tests.training.batches import jsonl
from training.batches.checking import Checker
from training.batches.rows import rows_of


def rows(body: bytes, file_format: str = "jsonl") -> list[tuple[int, dict[str, object], str]]:
    return [(row.number, dict(row.fields), row.fault) for row in rows_of(io.BytesIO(body), file_format)]


def test_rows_count_what_is_not_blank_and_faults_name_the_line() -> None:
    found = rows(b'\xef\xbb\xbf{"text": "a"}\r\n\n  \n{"text": }\n[1]\n\xff\n{"text": "b"}')
    assert [number for number, _, _ in found] == [1, 2, 3, 4, 5]
    assert [fields.get("text") for _, fields, _ in found] == ["a", None, None, None, "b"]
    assert [fault[:7] for _, _, fault in found] == ["", "Line 4:", "Line 5:", "Line 6:", ""]


def test_csv_rows_below_the_header_with_breaks_and_guards() -> None:
    body = b'Text,ID,guarded\n"one\ntwo",7,\n"\'=3",8,text\nshort\n,9,\n'
    found = rows(body, "csv")
    assert [(fields.get("text"), fields.get("id")) for _, fields, _ in found] == [
        ("one\ntwo", "7"),
        ("=3", "8"),
        (None, None),
        ("", "9"),
    ]
    assert found[2][2].startswith("Line 5: The row has 1 columns")


@pytest.mark.parametrize("body", [b"", b"id,words\n1,2\n", b"text,text\n1,2\n", b"\xff\n"])
def test_csv_without_a_usable_header_is_refused(body: bytes) -> None:
    with pytest.raises(FormatError):
        rows(body, "csv")


def test_an_id_counts_once_and_only_with_a_note_that_is_kept() -> None:
    body = jsonl([{"id": "a", "text": ""}, {"id": "a", "text": "x"}, {"id": "a", "text": "x"}, {"text": "x"}])
    checker = Checker()
    verdicts = [checker.check(row) for row in rows_of(io.BytesIO(body), "jsonl")]
    assert [one.note is not None for one in verdicts] == [False, True, False, True]
    assert verdicts[2][1:3] == ("a", [TWICE])
