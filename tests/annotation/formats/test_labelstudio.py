import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from annotation.formats import Record, Rejection, read
from annotation.spans import MarkedSpan

from .conftest import LABELS, Read

EMOJI = "😀 Fever,\nno cough"


def region(start: int, end: int, label: str = "DISEASE", **value: Any) -> dict[str, Any]:
    return {"id": f"r{start}", "type": "labels", "value": {"start": start, "end": end, "labels": [label], **value}}


def task(*annotations: Any, text: str = EMOJI, **more: Any) -> dict[str, Any]:
    return {"id": 7, "data": {"text": text}, "annotations": list(annotations), **more}


def one(read_data: Read, told: Any) -> Record | Rejection:
    (found,) = read_data("labelstudio", json.dumps([told]))
    return found


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        (2, 7, {"text": "Fever"}),  # code points, as it writes since 2022
        (3, 8, {"text": "Fever"}),  # UTF-16 units, as it wrote before
        (2, 7, {}),
        (3, 12, {"text": "Fever,\\nno"}),
    ],
)
def test_offsets_are_code_points_or_utf16_as_the_mentions_tell(
    read_data: Read, start: int, end: int, said: dict[str, str]
) -> None:
    found = one(read_data, task({"result": [region(start, end, **said)]}))
    assert isinstance(found, Record)
    assert found.spans == (MarkedSpan(2, 11 if "no" in said.get("text", "") else 7, "DISEASE"),)


def test_mentions_that_fit_neither_way_together_are_rejected(read_data: Read) -> None:
    found = one(read_data, task({"result": [region(2, 7, text="Fever"), region(13, 18, text="cough")]}))
    assert isinstance(found, Rejection)


def test_marks_of_a_region_are_kept_and_other_results_passed_over(read_data: Read) -> None:
    result = [
        region(2, 7),
        {"id": "r2", "type": "choices", "value": {"choices": ["negated", "other"]}},
        {"id": "r2", "type": "textarea", "from_name": "code", "value": {"text": ["R50.9"]}},
        {"id": "q", "type": "choices", "value": {"choices": ["negated"]}},
        {"type": "relation", "from_id": "r2", "to_id": "r2"},
        "?",
    ]
    found = one(read_data, task({"result": result}))
    assert isinstance(found, Record)
    assert found.spans == (MarkedSpan(2, 7, "DISEASE", ("negated",), "R50.9"),)


@pytest.mark.parametrize(
    ("told", "spans", "suggested"),
    [
        (task(), None, False),
        (task({"result": []}), (), False),
        (task({"result": [region(2, 7)], "was_cancelled": True}), None, False),
        (task({"result": []}, {"result": [region(2, 7)], "ground_truth": True}), 1, False),
        (task({"result": [region(2, 7)]}, {"result": [region(2, 7, text="Fever")]}), 1, False),
        (task(predictions=[{"result": []}, {"result": [region(2, 7)]}]), 1, True),
        (task({"result": []}, predictions=[{"result": [region(2, 7)]}]), (), False),
    ],
)
def test_which_annotation_is_taken(read_data: Read, told: Any, spans: Any, suggested: bool) -> None:
    found = one(read_data, told)
    assert isinstance(found, Record)
    assert found.spans == ((MarkedSpan(2, 7, "DISEASE"),) if spans == 1 else spans)
    assert found.suggested == suggested
    assert found.external_id == "7"


@pytest.mark.parametrize(
    ("told", "says"),
    [
        (task({"result": []}, {"result": [region(2, 7)]}), "2 annotations that differ"),
        (task({"result": [region(2, 7, label="")]}), "no label"),
        (task({"result": [{**region(2, 7), "type": "hypertextlabels"}]}), "no plain text"),
        (task({"result": [{**region(2, 7), "value": 3}]}), "neither an object"),
        (task({"result": [region(2, 99)]}), "outside the text"),
        (task({"result": {}}), "dict, not a list"),
        (task(text=3), "no text"),  # type: ignore[arg-type]
        ({"id": 1, "text": "x"}, "not as JSON-MIN"),
        (3, "int, not an object"),
        (task("x"), "str, not an object"),
    ],
)
def test_bad_task_is_rejected_and_the_next_is_read(read_data: Read, told: Any, says: str) -> None:
    bad, good = read_data("labelstudio", json.dumps([told, task()], indent=1))
    assert isinstance(bad, Rejection)
    assert says in bad.reason
    assert isinstance(good, Record)


@pytest.mark.parametrize(
    ("data", "says", "rows"),
    [
        ("", "no JSON list", 1),
        ("{}", "no JSON list", 1),
        ("PK\x03\x04", "no JSON list", 1),
        ("[", "ends within", 1),
        ('[{"id": 1, "data": {"text": "a"', "ends within", 1),
        ('[{"id": 1, "data": {"text": "a}]', "ends within", 1),
        ('[{"id": 1, "data": {"text": "a"}} 3]', "breaks off", 2),
        ('[{"id": 1, "id": 2, "data": {"text": "a"}}, {"id": 3, "data": {"text": "b"}}]', "same key twice", 2),
        ('[{"id": 1, bad "]" }, {"id": 3, "data": {"text": "b"}}]', "Not valid JSON", 2),
        ("[" + "[" * 100_000 + "]" * 100_000 + "]", "Not valid JSON", 1),
        (b'[{"id": 1, "data": {"text": "caf\xe9"}}]', "lone surrogate", 1),
        ('[{"id": 1, "data": {"text": "' + "x" * 2**24 + '"}}]', "nothing was read after it", 1),
        ('[{"id": 1, "data": {"text": "' + "x" * 20_001 + '"}}]', "20,001 characters", 1),
    ],
)
def test_faulty_file_is_a_sentence(read_data: Read, data: str | bytes, says: str, rows: int) -> None:
    found = read_data("labelstudio", data)
    assert len(found) == rows
    assert [says in row.reason for row in found if isinstance(row, Rejection)] == [True]


def test_an_empty_list_has_no_notes(read_data: Read) -> None:
    assert read_data("labelstudio", "\ufeff [ ] ") == []


def test_line_of_a_task_is_where_it_starts(read_data: Read) -> None:
    found = read_data("labelstudio", json.dumps([task(), task({"result": 3}), task()], indent=2))
    assert [row.line for row in found] == [2, 9, 20]


def test_a_long_list_is_not_held_in_memory(tmp_path: Path) -> None:
    path = tmp_path / "tasks.json"
    path.write_text(json.dumps([task({"result": [region(2, 7)]}, text=EMOJI * 100) for _ in range(9_000)]))
    tracemalloc.start()
    try:
        assert sum(isinstance(row, Record) for row in read(path, "labelstudio", labels=LABELS)) == 9_000
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 6_000_000 < path.stat().st_size / 3
