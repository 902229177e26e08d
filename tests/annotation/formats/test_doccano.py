import json
from typing import Any

import pytest

from annotation.formats import Record, Rejection
from annotation.spans import MarkedSpan

from .conftest import Read

TEXT = "😀 Fever, no cough"


def one(read_data: Read, **row: Any) -> Record | Rejection:
    (found,) = read_data("doccano", json.dumps({"id": 3, "text": TEXT, **row}))
    return found


@pytest.mark.parametrize(
    ("said", "spans"),
    [
        ({"label": [[2, 7, "DISEASE"]], "Comments": []}, (MarkedSpan(2, 7, "DISEASE"),)),
        (
            {"entities": [{"id": 0, "start_offset": 2, "end_offset": 7, "label": "DISEASE"}], "relations": [{}]},
            (MarkedSpan(2, 7, "DISEASE"),),
        ),
        (
            {"entities": [{"start_offset": 2, "end_offset": 7, "label": "DISEASE", "assertion": ["family"]}]},
            (MarkedSpan(2, 7, "DISEASE", ("family",)),),
        ),
        # Of marks only those of spans that are still there.
        (
            {"label": [[2, 7, "DISEASE"]], "marks": [{"start_offset": 2, "end_offset": 6, "label": "DISEASE"}]},
            (MarkedSpan(2, 7, "DISEASE"),),
        ),
        ({"label": []}, ()),
        ({"label": None}, None),
        ({}, None),
    ],
)
def test_both_forms_are_read(read_data: Read, said: dict[str, Any], spans: Any) -> None:
    found = one(read_data, city="Pune", **said)
    assert isinstance(found, Record)
    assert (found.external_id, found.spans, found.facets) == ("3", spans, {"city": "Pune"})


@pytest.mark.parametrize(
    ("said", "says"),
    [
        ({"label": ["POSITIVE"]}, "neither an object"),
        ({"label": {}}, "dict, not a list"),
        ({"label": [[2, 99, "DISEASE"]]}, "outside the text"),
        ({"entities": [{"start_offset": "2", "end_offset": 7, "label": "DISEASE"}]}, "no usable start and end"),
        ({"text": None}, "no text"),
        ({"external_id": 1.5}, "float"),
    ],
)
def test_bad_row_is_rejected(read_data: Read, said: dict[str, Any], says: str) -> None:
    found = one(read_data, **said)
    assert isinstance(found, Rejection)
    assert says in found.reason


def test_a_zip_is_asked_to_be_unpacked(read_data: Read) -> None:
    (found,) = read_data("doccano", b"PK\x03\x04\n\n{}")
    assert isinstance(found, Rejection)
    assert "unpack it" in found.reason
