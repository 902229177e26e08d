import pytest

from annotation.formats import Record, Rejection
from annotation.spans import MarkedSpan

from .conftest import Read


def rows(tags: str, separator: str = "\t") -> str:
    """A sentence of one-letter tokens with these tags."""
    return "".join(f"{token}{separator}{tag}\n" for token, tag in zip("abcdefgh", tags.split(), strict=False))


@pytest.mark.parametrize(
    ("tags", "spans"),
    [
        ("O B-DISEASE I-DISEASE O", [MarkedSpan(2, 5, "DISEASE")]),
        ("B-DISEASE B-DISEASE I-DISEASE", [MarkedSpan(0, 1, "DISEASE"), MarkedSpan(2, 5, "DISEASE")]),
        ("O I-DISEASE I-DISEASE", [MarkedSpan(2, 5, "DISEASE")]),
        ("I-DISEASE I-TREATMENT", [MarkedSpan(0, 1, "DISEASE"), MarkedSpan(2, 3, "TREATMENT")]),
        ("I-DISEASE B-DISEASE", [MarkedSpan(0, 1, "DISEASE"), MarkedSpan(2, 3, "DISEASE")]),
        ("B-DISEASE I-DISEASE L-DISEASE U-DISEASE", [MarkedSpan(0, 5, "DISEASE"), MarkedSpan(6, 7, "DISEASE")]),
        ("B-DISEASE E-DISEASE S-TREATMENT O", [MarkedSpan(0, 3, "DISEASE"), MarkedSpan(4, 5, "TREATMENT")]),
        ("U-DISEASE I-DISEASE", [MarkedSpan(0, 1, "DISEASE"), MarkedSpan(2, 3, "DISEASE")]),
        ("O L-DISEASE I-DISEASE", [MarkedSpan(2, 3, "DISEASE"), MarkedSpan(4, 5, "DISEASE")]),
        ("O O", []),
    ],
)
def test_tag_schemes(read_data: Read, tags: str, spans: list[MarkedSpan]) -> None:
    (record,) = read_data("conll", rows(tags))
    assert isinstance(record, Record)
    assert list(record.spans or ()) == spans
    assert record.spans is not None


@pytest.mark.parametrize("separator", ["\t", " ", "   ", " NN x ", "\tNN\t_\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_columns(read_data: Read, separator: str, end: str) -> None:
    (record,) = read_data("conll", rows("O B-DISEASE", separator).replace("\n", end))
    assert record == Record(1, "notes-1", "a b", (MarkedSpan(2, 3, "DISEASE"),))


def test_sentences_are_notes_without_docstart(read_data: Read) -> None:
    first, second = read_data("conll", "\n" + rows("O O") + "\n \n\n" + rows("B-DISEASE"))
    assert first == Record(2, "notes-1", "a b", ())
    assert second == Record(7, "notes-2", "a", (MarkedSpan(0, 1, "DISEASE"),))


def test_docstart_parts_documents_and_spans_count_on_over_sentences(read_data: Read) -> None:
    head = "-DOCSTART- -X- O\n\n"
    sentence = "🤒\tO\nबुखार\tB-DISEASE\n"
    first, second = read_data("conll", head + rows("O I-DISEASE") + "\n" + sentence + "\n" + head + rows("I-DISEASE"))
    assert first == Record(3, "notes-1", "a b\n🤒 बुखार", (MarkedSpan(2, 3, "DISEASE"), MarkedSpan(6, 11, "DISEASE")))
    assert second == Record(11, "notes-2", "a", (MarkedSpan(0, 1, "DISEASE"),))


def test_an_entity_ends_with_its_sentence(read_data: Read) -> None:
    data = "-DOCSTART-\n" + rows("B-DISEASE") + "\n" + rows("I-DISEASE")
    (record,) = read_data("conll", data)
    assert isinstance(record, Record)
    assert record.spans == (MarkedSpan(0, 1, "DISEASE"), MarkedSpan(2, 3, "DISEASE"))


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"a\tO\nb\tX-DISEASE\n", "Line 2 is no token"),
        (b"a\tO\nb\tB-\n", "Line 2 is no token"),
        (b"a\tO\nb\t\n", "Line 2 is no token"),
        (b"a\tO\nO\n", "Line 2 is no token"),
        (b"O\n", "Line 1 is no token"),
        (b"\tO\n", "Line 1 is no token"),
        (b"a\tB-Symptom\n", "Span 0-1 Symptom: unknown label"),
        (b"caf\xe9\tO\n", "Line 1: The line is not UTF-8"),
        (b"a\x00\tO\n", "NUL"),
        ("\u2003\tB-DISEASE\nb\tO\n".encode(), "Span 0-1 DISEASE starts or ends in white space"),
        (b"ab\tO\n" * 7_000, "20,999 characters"),
        (b"ab\tO\n" * 90_000, "too long"),
    ],
)
def test_bad_note_is_rejected_and_the_next_is_read(read_data: Read, data: bytes, says: str) -> None:
    bad, good = read_data("conll", data + b"\n" + rows("B-DISEASE").encode())
    assert isinstance(bad, Rejection)
    assert (bad.line, bad.external_id) == (1, "notes-1")
    assert says in bad.reason
    assert isinstance(good, Record)
    assert good.external_id == "notes-2"
