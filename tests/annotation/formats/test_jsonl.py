import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.formats import Record, Rejection, read
from annotation.spans import MarkedSpan, span_problems

from .conftest import LABELS, Read


def line(**fields: Any) -> str:
    return json.dumps({"id": "n1", "text": "Fever, give PCM", **fields}) + "\n"


def reason(read_data: Read, data: bytes | str, **options: Any) -> str:
    """The reason of the one rejection between two good rows, which must come through."""
    data = data.encode() if isinstance(data, str) else data
    good = line().encode()
    first, found, last = read_data("jsonl", good + data.rstrip(b"\n") + b"\n" + good, **options)
    assert isinstance(first, Record)
    assert isinstance(last, Record)
    assert isinstance(found, Rejection)
    assert (found.line, last.line) == (2, 3)
    return found.reason


def test_every_field_is_read(read_data: Read) -> None:
    data = line(
        id=7,
        entities=[
            {"start": 0, "end": 5, "label": "DISEASE", "source_label": "X", "text": "Fever"},
            [12, 15, "TREATMENT"],
        ],
        patient="p1",
        doctor="d1",
        city="Pune",
        meta={"age_band": "40-59", "city": "not this", "sex": "F"},
        facets={"specialty": "ENT", "age_band": None},
    )
    assert read_data("jsonl", data) == [
        Record(
            line=1,
            external_id="7",
            text="Fever, give PCM",
            spans=(MarkedSpan(0, 5, "DISEASE"), MarkedSpan(12, 15, "TREATMENT")),
            patient="p1",
            doctor="d1",
            facets={"city": "not this", "specialty": "ENT", "age_band": "40-59"},
        )
    ]


@pytest.mark.parametrize(
    ("fields", "spans"),
    [
        ({}, None),
        ({"entities": None}, None),
        ({"entities": []}, ()),
        ({"spans": []}, ()),
        ({"entities": [], "meta": {"unannotated": True}}, None),
        ({"entities": [], "unannotated": True}, None),
        ({"entities": [], "meta": {"unannotated": False}}, ()),
    ],
)
def test_unknown_is_not_the_same_as_no_entity(read_data: Read, fields: dict[str, Any], spans: object) -> None:
    (record,) = read_data("jsonl", line(**fields))
    assert isinstance(record, Record)
    assert record.spans == spans


@pytest.mark.parametrize(
    "text",
    ["  two  spaces \t", "a\r\nb\rc\n", "x\u2028y\x0bz\x85\x1c", "😀 बुखार 🤒", "\ufeffbom", "e\u0301 \u00e9", "\u200b"],
)
@pytest.mark.parametrize("escaped", [True, False])
def test_text_comes_through_exactly(read_data: Read, text: str, escaped: bool) -> None:
    data = json.dumps({"id": "1", "text": text}, ensure_ascii=escaped) + "\r\n\r\n \n" + line()
    first, second = read_data("jsonl", data)
    assert isinstance(first, Record)
    assert first.text == text
    assert second.line == 4


def test_offsets_count_code_points_behind_emoji_and_devanagari(read_data: Read) -> None:
    text = "😀 बुखार\r\n"
    (record,) = read_data("jsonl", json.dumps({"id": "1", "text": text, "entities": [[2, 7, "DISEASE"]]}))
    assert isinstance(record, Record)
    assert record.spans is not None
    assert text[record.spans[0].start : record.spans[0].end] == "बुखार"


def test_byte_order_mark_is_passed_over(read_data: Read) -> None:
    (record,) = read_data("jsonl", b"\xef\xbb\xbf" + line().encode())
    assert isinstance(record, Record)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b'{"id": "1", "text": "caf\xe9"}', "UTF-8 at byte 24"),
        (b'{"id": "1", "text": "\xed\xa0\x80"}', "UTF-8"),
        (rb'{"id": "1", "text": "a\ud800b"}', "lone surrogate at 1"),
        (rb'{"id": "\ud800", "text": "a"}', "lone surrogate"),
        (rb'{"id": "1", "text": "a\u0000b"}', "NUL"),
        (b'{"id": "1", "text": " \\n"}', "empty"),
        (b'{"id": "1", "text": ""}', "empty"),
        (b'{"id": "1", "text": 5}', "int, not a string"),
        (b'{"id": "1"}', "no text"),
        (b'{"text": "a"}', "no id"),
        (b'{"id": "", "text": "a"}', "no id"),
        (b'{"id": true, "text": "a"}', "id is bool"),
        (b'{"id": 1.5, "text": "a"}', "id is float"),
        (b'{"id": "1", "id": "2", "text": "a"}', "same key twice"),
        (b'{"id": "1", "text": "a", "meta": {"x": 1, "x": 2}}', "same key twice"),
        (b'["1", "a"]', "list, not an object"),
        (b"null", "NoneType, not an object"),
        (b'{"id": "1", "text": "a"', "Not valid JSON at character"),
        (b"[" * 100_000, "nested too deep"),
        (b'{"id": ' + b"9" * 5_000 + b', "text": "a"}', "too long"),
        (b'{"id": "1", "text": "a", "meta": []}', "meta is list"),
        (b'{"id": "1", "text": "a", "city": ["Pune"]}', "city is list"),
        (b'{"id": "1", "text": "a", "city": "a\\u0000"}', "control character"),
        (b'{"id": "1", "text": "a", "entities": [], "spans": []}', "both entities and spans"),
        (b'{"id": "1", "text": "a", "entities": {}}', "dict, not a list"),
        (b'{"id": "1", "text": "a", "entities": [[0, 1, "DISEASE"]], "meta": {"unannotated": true}}', "unannotated"),
        (b'{"id": "1", "text": "a", "entities": [], "meta": {"unannotated": "true"}}', "JSON boolean"),
    ],
)
def test_bad_line_is_rejected_and_the_others_are_read(read_data: Read, data: bytes, says: str) -> None:
    assert says in reason(read_data, data)


@pytest.mark.parametrize(("length", "accepted"), [(20_000, True), (20_001, False)])
def test_length_limit(read_data: Read, length: int, accepted: bool) -> None:
    (found,) = read_data("jsonl", line(text="😀" * length))
    assert isinstance(found, Record) is accepted


def test_line_without_end_is_rejected_and_reading_goes_on(read_data: Read) -> None:
    assert "more than 8,388,608 bytes" in reason(read_data, b'{"id": "1", "text": "' + b"x" * 9_000_000)


@pytest.mark.parametrize(
    ("entity", "says"),
    [
        ([0, 16, "DISEASE"], "Span 0-16 DISEASE is outside"),
        ([-5, 3, "DISEASE"], "Span -5-3 DISEASE is outside"),
        ([5, 5, "DISEASE"], "Span 5-5 DISEASE is outside"),
        ([6, 11, "DISEASE"], "Span 6-11 DISEASE starts or ends in white space"),
        ([0, 5, "Dosage"], "Span 0-5 Dosage: unknown label 'Dosage'"),
        ([0, 5, "disease"], "unknown label 'disease'"),
        ([True, 5, "DISEASE"], "Entity 1 has no usable start"),
        ([0.0, 5, "DISEASE"], "Entity 1 has no usable start"),
        (["0", 5, "DISEASE"], "Entity 1 has no usable start"),
        ([0, 10**4000, "DISEASE"], "Entity 1 has no usable start"),
        ([0, 5, ""], "Entity 1 at 0-5 has no label"),
        ([0, 5], "Entity 1 is neither"),
        ("0-5", "Entity 1 is neither"),
        ({"start": 0, "end": 5, "label": "DISEASE", "text": "fever"}, "Span 0-5 DISEASE: the mention in the file"),
        ({"start": 0, "end": 5, "label": "DISEASE", "text": 5}, "not a string"),
        ({"start": 0, "end": 5, "label": "DISEASE", "discontinuous": True}, "Span 0-5 DISEASE is discontinuous"),
        ({"start": 0, "end": 5, "label": "DISEASE", "fragments": [[0, 2], [3, 5]]}, "discontinuous"),
    ],
)
def test_bad_span_rejects_its_note(read_data: Read, entity: object, says: str) -> None:
    assert says in reason(read_data, line(entities=[[12, 15, "TREATMENT"], entity][::-1]))


def test_all_problems_of_a_row_are_told_up_to_five(read_data: Read) -> None:
    told = reason(read_data, line(entities=[[90 + i, 95 + i, "DISEASE"] for i in range(8)]))
    assert told.count("is outside") == 5
    assert told.endswith("and 3 more")


@pytest.mark.parametrize(("nested", "accepted"), [(False, False), (True, True)])
def test_nested_spans_need_the_policy(read_data: Read, nested: bool, accepted: bool) -> None:
    data = line(entities=[[0, 15, "DISEASE"], [12, 15, "TREATMENT"]])
    (found,) = read_data("jsonl", data, nested=nested)
    assert isinstance(found, Record) is accepted
    (found,) = read_data("jsonl", line(entities=[[0, 5, "DISEASE"], [0, 5, "DISEASE"]]), nested=nested)
    assert isinstance(found, Rejection)


def test_a_flood_of_overlaps_is_cut_short(read_data: Read) -> None:
    assert "More than 20 spans overlap" in reason(read_data, line(entities=[[0, 5, "DISEASE"]] * 4_000))
    assert "6,000 spans" in reason(read_data, line(entities=[[0, 5, "DISEASE"]] * 6_000))
    hidden = [[5, 0, "DISEASE"]] * 2_000 + [[0, 5, "DISEASE"]] * 2_000
    assert "More than 20 spans overlap" in reason(read_data, line(entities=hidden))


def test_mapped_away_spans_are_counted_and_not_checked(read_data: Read) -> None:
    entities = [[0, 5, "Sign"], [12, 15, "Dose"], {"start": 0, "end": 3, "label": "Dose", "discontinuous": True}]
    (record,) = read_data("jsonl", line(entities=entities), label_map={"Sign": "DISEASE", "Dose": ""})
    assert isinstance(record, Record)
    assert (record.spans, record.dropped) == ((MarkedSpan(0, 5, "DISEASE"),), 2)


@st.composite
def notes(draw: st.DrawFn) -> tuple[str, list[MarkedSpan]]:
    """A text of any characters a note may have, and good spans cut out of it in order."""
    alphabet = st.characters(exclude_categories=("Cs",), exclude_characters="\x00")
    text = draw(st.text(alphabet, min_size=1, max_size=60).filter(str.strip))
    edges = sorted(draw(st.sets(st.integers(0, len(text)), max_size=6)))
    pairs = zip(edges[::2], edges[1::2], strict=False)
    spans = [MarkedSpan(start, end, draw(st.sampled_from(LABELS))) for start, end in pairs]
    return text, [span for span in spans if not span_problems(text, [span], LABELS)]


@given(rows=st.lists(notes(), max_size=5), escaped=st.booleans(), end=st.sampled_from(["\n", "\r\n"]))
def test_what_is_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, list[MarkedSpan]]], escaped: bool, end: str
) -> None:
    path: Path = tmp_path_factory.mktemp("jsonl") / "notes.jsonl"
    objects = [
        {"id": str(number), "text": text, "entities": [span.to_json() for span in spans]}
        for number, (text, spans) in enumerate(rows)
    ]
    path.write_bytes("".join(json.dumps(row, ensure_ascii=escaped) + end for row in objects).encode())
    found = list(read(path, "jsonl", labels=LABELS))
    assert all(isinstance(record, Record) for record in found)
    assert [(r.text, list(r.spans or ())) for r in found if isinstance(r, Record)] == rows
