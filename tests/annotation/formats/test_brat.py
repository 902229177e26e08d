import zipfile
from pathlib import Path

import pytest

from annotation.formats import Record, Rejection, read
from annotation.formats.lines import MAX_BYTES
from annotation.spans import MarkedSpan

from .conftest import LABELS, Read

TEXT = "😀 fever\r\nand  cough; बुखार\n"
OTHERS = "R1\tCAUSES Arg1:T1 Arg2:T2\nE1\tFinding:T1\nA1\tNo T1\nN1\tReference T1 MeSH:D1\n#1\tNote T1\tx\n*\tIs T1\n"


@pytest.mark.parametrize("zipped", [False, True])
def test_pairs_are_read_in_order(read_brat: Read, zipped: bool) -> None:
    ann = "T1\tDISEASE 2 7\tfever\r\nT2\tDISEASE 21 26\tबुखार\n" + OTHERS
    found = read_brat({"b.txt": "none", "b.ann": "", "sub/a.txt": TEXT, "sub/a.ann": ann, ".c.txt": "x"}, zipped=zipped)
    assert found == [
        Record(1, "b", "none", ()),
        Record(2, "sub/a", TEXT, (MarkedSpan(2, 7, "DISEASE"), MarkedSpan(21, 26, "DISEASE"))),
    ]


def test_single_note(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(TEXT.encode())
    (tmp_path / "b.ann").write_bytes(b"")
    assert list(read(tmp_path / "a.txt", "brat", labels=LABELS)) == [Record(1, "a", TEXT, None)]
    (tmp_path / "a.ann").write_bytes(b"")
    assert list(read(tmp_path / "a.txt", "brat", labels=LABELS)) == [Record(1, "a", TEXT, ())]


def test_texts_without_any_ann_are_unannotated_notes(read_brat: Read) -> None:
    found = read_brat({"a.txt": "x", "notice_of_discharge.txt": "y", "README_owner.txt": "z"})
    assert found == [Record(1, "a", "x", None), Record(2, "notice_of_discharge", "y", None)]


def test_text_without_ann_beside_annotated_ones_is_told_and_the_readme_is_not_a_note(read_brat: Read) -> None:
    first, second, third = read_brat(
        {"a.txt": "x", "a.ann": "", "b.txt": "y", "README_owner.txt": "z", "LICENSE.txt": "z", "c.ann": ""}
    )
    assert isinstance(first, Record)
    assert isinstance(second, Rejection)
    assert isinstance(third, Rejection)
    assert (second.line, second.external_id) == (2, "b")
    assert "has no .ann while others have" in second.reason
    assert "has no .txt" in third.reason


def test_folder_without_notes_says_so(read_brat: Read) -> None:
    (found,) = read_brat({"notes.json": "{}"})
    assert isinstance(found, Rejection)
    assert "no .txt" in found.reason


@pytest.mark.parametrize(
    ("ann", "says"),
    [
        ("T1\tDISEASE 2 4;6 7\tfer", "Span 2-7 DISEASE is discontinuous"),
        ("T1\tDISEASE 2 4;4 7\tfever", "discontinuous"),
        ("T1\tDISEASE 2 7\tFever", "Span 2-7 DISEASE: the mention in the file"),
        ("T1\tDISEASE 8 11\tand", "the mention in the file"),  # offsets that count CRLF as one
        ("T1\tDISEASE 2 99\tfever", "Span 2-99 DISEASE is outside"),
        ("T1\tDISEASE 1 7\t fever", "white space"),
        ("T1\tSymptom 2 7\tfever", "unknown label 'Symptom'"),
        ("T1\tDISEASE 2 7\tfever\nT2\tTREATMENT 2 7\tfever", "overlaps"),
        ("T1 DISEASE 2 7 fever", "Line 1 of the .ann is no entity"),
        ("T1\tDISEASE 2 7", "Line 1 of the .ann is no entity"),
        ("T1\tDISEASE -2 7\tfever", "Line 1 of the .ann is no entity"),
        ("\n T1\tDISEASE 2 7\tfever", "Line 2 of the .ann is no entity"),
        (b"T1\tDISEASE 2 7\tf\xe9ver", "The .ann file is not UTF-8 at byte 16"),
    ],
)
def test_bad_annotation_rejects_its_note(read_brat: Read, ann: bytes | str, says: str) -> None:
    bad, good = read_brat({"a.txt": TEXT, "a.ann": ann, "b.txt": "x", "b.ann": ""})
    assert isinstance(bad, Rejection)
    assert says in bad.reason
    assert isinstance(good, Record)


@pytest.mark.parametrize(
    ("text", "says"), [(b"caf\xe9", "not UTF-8"), (b"", "empty"), (b"a\x00", "NUL"), (b"x" * (MAX_BYTES + 1), "bytes")]
)
@pytest.mark.parametrize("zipped", [False, True])
def test_bad_text_rejects_its_note(read_brat: Read, text: bytes, says: str, zipped: bool) -> None:
    bad, good = read_brat({"a.txt": text, "a.ann": "", "b.txt": "x", "b.ann": ""}, zipped=zipped)
    assert isinstance(bad, Rejection)
    assert says in bad.reason
    assert isinstance(good, Record)


@pytest.mark.parametrize(
    "line", ["T1\tDISEASE 2 12\tfever and", "T1\tDISEASE 2 7;9 12\tfever and", "T1\tDISEASE 2 12\tfever  and"]
)
def test_entity_over_a_line_break_is_whole(read_brat: Read, line: str) -> None:
    (record,) = read_brat({"a.txt": TEXT, "a.ann": line})
    assert isinstance(record, Record)
    assert record.spans == (MarkedSpan(2, 12, "DISEASE"),)


@pytest.mark.parametrize("line", ["T1\tDISEASE 0 5\tfever", "T1\tDISEASE 1 6\tfever"])
def test_byte_order_mark_counted_or_not(read_brat: Read, line: str) -> None:
    (record,) = read_brat({"a.txt": "\ufefffever", "a.ann": line})
    assert isinstance(record, Record)
    assert (record.text, record.spans) == ("fever", (MarkedSpan(0, 5, "DISEASE"),))


def test_left_out_labels_may_be_discontinuous(read_brat: Read) -> None:
    (record,) = read_brat({"a.txt": TEXT, "a.ann": "T1\tDose 2 4;6 7\tfer"}, label_map={"Dose": ""})
    assert isinstance(record, Record)
    assert (record.spans, record.dropped) == ((), 1)


def test_damaged_zip_and_damaged_member(tmp_path: Path) -> None:
    path = tmp_path / "notes.zip"
    path.write_bytes(b"not a zip")
    (found,) = read(path, "brat", labels=LABELS)
    assert isinstance(found, Rejection)
    assert "not a readable zip" in found.reason
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("__MACOSX/c.txt", "x")
        archive.writestr("a.txt", "fever")
        archive.writestr("b.txt", "cough")
    path.write_bytes(path.read_bytes().replace(b"fever", b"fexer"))
    bad, good = read(path, "brat", labels=LABELS)
    assert isinstance(bad, Rejection)
    assert "damaged" in bad.reason
    assert isinstance(good, Record)
