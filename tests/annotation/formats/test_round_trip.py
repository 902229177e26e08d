"""What is written is read again: without loss, or with the loss that the account tells of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotation.formats import EXPORT_FORMATS, Exported, ExportedSpan, Record, Written, read, suffix_of, write
from annotation.formats.exported import outermost
from annotation.spans import ASSERTIONS, MarkedSpan, span_problems

from .conftest import LABELS

LOSSLESS = ("jsonl", "csv", "labelstudio", "doccano", "docbin", "brat")
KEEPS_FACETS = ("jsonl", "csv", "labelstudio", "doccano", "docbin")
PIECES = (
    "fever", "डायबिटीज़", "😀", "\U0001f468\u200d\U0001f469", "é", "e\u0301", "حمى", "\u202e", "5mg/kg", "=1+1", "+",
    "-", "@", "'", '"', ",", ";", "|", "T1", "\\", "O", "#", "-DOCSTART-", "\u200d", "x", "don't", "<script>",
    "{{ x }}", "\ufeff", "%", "½", "१२", "\u0964",
)  # fmt: skip
GAPS = (" ", "  ", "\n", "\r\n", "\r", "\t", "\u00a0", "\u2028", "\x85", "\x0b", "\x1c", "", "", "\n\n", " \n ")
NO_NOTES = "There is no .txt in it; give a folder or a zip of .txt and .ann files, or one .txt."
names = count()


@st.composite
def rows(draw: st.DrawFn) -> Exported:
    parts = draw(st.lists(st.tuples(st.sampled_from(PIECES), st.sampled_from(GAPS)), min_size=1, max_size=14))
    text = draw(st.sampled_from(GAPS)) + "".join(word + gap for word, gap in parts)
    spans: list[ExportedSpan] = []
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(text) - 1))
        end = draw(st.integers(start + 1, len(text)))
        marks = draw(st.sets(st.sampled_from(ASSERTIONS), max_size=2))
        assertion = tuple(name for name in ASSERTIONS if name in marks)
        score, code = draw(st.sampled_from([None, 0.25, 1.0])), draw(st.sampled_from(["", "E11.9", "A00"]))
        span = ExportedSpan(start, end, draw(st.sampled_from(LABELS)), score, assertion, code)
        plain = [MarkedSpan(s.start, s.end, s.label) for s in (*spans, span)]
        if not span_problems(text, plain, LABELS, nested=True):
            spans.append(span)
    known = tuple(sorted(spans)) if draw(st.integers(0, 9)) else None
    return Exported(
        external_id=draw(st.sampled_from(["n", "a/b|c", ".x y%", "=2", "पत्र", "README"])) + f"-{next(names)}",
        text=text,
        spans=known,
        facets={"city": draw(st.sampled_from(["Pune", "-1", "दिल्ली"])), "specialty": "Cardiology"},
        status=draw(st.sampled_from(["gold", "submitted"])),
        author="=Dr 'Rao",
        annotated_at="2026-01-02T03:04:05Z",
        seconds=17,
        guideline=2,
    )


def written_and_read(folder: Path, format: str, told: Sequence[Exported]) -> tuple[Written, list[Record]]:
    path = folder / f"notes{suffix_of(format)}"
    written = write(path, format, told)
    found = list(read(path, format, labels=LABELS, nested=True))
    bad = [row.reason for row in found if not isinstance(row, Record)]
    assert bad == ([] if written.notes or format != "brat" else [NO_NOTES])
    return written, [row for row in found if isinstance(row, Record)]


def marked(spans: Iterable[ExportedSpan], *, assertion: bool = True, code: bool = True) -> tuple[MarkedSpan, ...]:
    return tuple(
        sorted(
            MarkedSpan(s.start, s.end, s.label, s.assertion if assertion else (), s.code if code else "") for s in spans
        )
    )


def losses(written: Written, words: str) -> set[str]:
    """The ids of the notes of which the account says a sentence with these words."""
    return {place[0] for loss in written.losses.values() if words in loss.sentence for place in loss.places}


slow = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.mark.parametrize("format", LOSSLESS)
@slow
@given(told=st.lists(rows(), min_size=1, max_size=4))
def test_text_spans_and_marks_come_back(tmp_path: Path, format: str, told: list[Exported]) -> None:
    written, found = written_and_read(tmp_path, format, told)
    if format == "brat":
        assert losses(written, "nobody annotated") == {row.external_id for row in told if row.spans is None}
        told = sorted((row for row in told if row.spans is not None), key=lambda row: row.text)
        found = sorted(found, key=lambda row: row.text)
    assert [row.text for row in found] == [row.text for row in told]
    expected = [None if row.spans is None else marked(row.spans) for row in told]
    assert sorted(map(repr, (row.spans for row in found))) == sorted(map(repr, expected))
    if format in KEEPS_FACETS:
        assert [(row.external_id, row.facets) for row in found] == [(row.external_id, row.facets) for row in told]
    assert written.notes == len(told)


@slow
@given(told=st.lists(rows(), min_size=1, max_size=4))
def test_pubtator_comes_back_but_for_what_the_account_tells(tmp_path: Path, told: list[Exported]) -> None:
    written, found = written_and_read(tmp_path, "pubtator", told)
    assert losses(written, "nobody annotated") == {row.external_id for row in told if row.spans is None}
    told = [row for row in told if row.spans is not None]
    for row, back in zip(told, found, strict=True):
        assert back.spans == marked(row.spans or (), assertion=False)
        changed = row.external_id in losses(written, "became a space") | losses(written, "at the end of the text")
        assert (back.text != row.text) == changed
        assert re.sub(r"[\t\r\n]", " ", back.text).ljust(len(row.text)) == re.sub(r"[\t\r\n]", " ", row.text)
        assert (back.external_id != row.external_id) == (row.external_id in losses(written, "in another way"))


@slow
@given(told=st.lists(rows(), min_size=1, max_size=4))
def test_columns_come_back_but_for_what_the_account_tells(tmp_path: Path, told: list[Exported]) -> None:
    written, found = written_and_read(tmp_path, "conll", told)
    assert losses(written, "nobody annotated") == {row.external_id for row in told if row.spans is None}
    for row, back in zip((row for row in told if row.spans is not None), found, strict=True):
        kept = outermost(row.spans or ())
        assert [(s.label, squeezed(row.text, s)) for s in kept] == [
            (s.label, squeezed(back.text, s)) for s in back.spans or ()
        ]
        assert (len(kept) < len(row.spans or ())) == (row.external_id in losses(written, "inside another"))
        assert "".join(back.text.split()) == "".join(row.text.split())
        if row.external_id not in losses(written, "White space") | losses(written, "cut in two"):
            assert back.text == row.text


def squeezed(text: str, span: ExportedSpan | MarkedSpan) -> str:
    return "".join(text[span.start : span.end].split())


TEXT = "\ufeff  \U0001f469\u200d\u2695 ज्वर\r\n\tFever and\n\ncough — e\u0301tat \u200fحمى\x0b"
FEVER, COUGH = TEXT.index("Fever"), TEXT.index("cough")
NASTY = Exported(
    external_id="n-1",
    text=TEXT,
    spans=(
        ExportedSpan(FEVER, COUGH + 5, "DISEASE", 0.5, ("negated", "family"), "R50.9"),
        ExportedSpan(FEVER, FEVER + 5, "TREATMENT"),
    ),
    facets={"language": "hi"},
    author="asha",
    author_model="",
)


@pytest.mark.parametrize("format", EXPORT_FORMATS)
def test_who_made_it_is_in_the_file_or_in_the_account(tmp_path: Path, format: str) -> None:
    path = tmp_path / f"notes{suffix_of(format)}"
    told = [NASTY, replace(NASTY, external_id="n-2", author="", author_model="demo v7", status="prediction")]
    written = write(path, format, told)
    assert (written.notes, written.spans) == (2, 4)
    kept = "Annotator" not in str(list(written.losses))
    assert kept == (format in LOSSLESS)


@pytest.mark.parametrize("format", EXPORT_FORMATS)
def test_no_row_makes_a_file_that_is_read_as_no_note(tmp_path: Path, format: str) -> None:
    path = tmp_path / f"notes{suffix_of(format)}"
    written = write(path, format, [])
    assert (written.notes, written.losses) == (0, {})
    assert [row for row in read(path, format, labels=LABELS) if isinstance(row, Record)] == []


@pytest.mark.parametrize("format", ["pubtator", "brat"])
def test_revisions_of_a_note_are_documents_of_their_own(tmp_path: Path, format: str) -> None:
    written, found = written_and_read(tmp_path, format, [replace(NASTY, revision=n) for n in (1, 2)])
    assert [row.external_id for row in found] == ["n-1", "n-1.r2"]
    assert losses(written, "in another way") == {"n-1"}


def test_a_label_of_two_words_is_one_word_in_columns(tmp_path: Path) -> None:
    row = replace(NASTY, spans=(ExportedSpan(FEVER, FEVER + 5, "ADVERSE EVENT"),))
    for format in ("conll", "brat"):
        path = tmp_path / f"notes{suffix_of(format)}"
        assert losses(write(path, format, [row]), "written with _") == {"n-1"}
        (back,) = read(path, format, labels=["ADVERSE_EVENT"])
        assert isinstance(back, Record)


def test_unknown_format_is_an_error_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="Unknown format 'lighttag'; use one of jsonl"):
        write(tmp_path / "x", "lighttag", [])
    assert list(tmp_path.iterdir()) == []
