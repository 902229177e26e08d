import csv
import io
import json

import pytest

from annotation.formats import Record, Rejection
from annotation.spans import MarkedSpan

from .conftest import Read

HEADER = "id,text,entities,city,patient,other\r\n"
GOOD = "9,ok,[],,,\r\n"


def test_every_column_is_read(read_data: Read) -> None:
    text = '😀 "fever",\r\nबुखार\u2028x\x0b  '
    out = io.StringIO()
    csv.writer(out).writerow(["007", text, json.dumps([[3, 8, "DISEASE"]]), "Pune", "p", "z"])
    first, second = read_data("csv", "\ufeff" + HEADER + out.getvalue() + "\r\n" + GOOD)
    assert first == Record(2, "007", text, (MarkedSpan(3, 8, "DISEASE"),), patient="p", facets={"city": "Pune"})
    assert second == Record(5, "9", "ok", ())


@pytest.mark.parametrize("data", ["id,text\n1,ok\n", "Text, ID \nok,1", "id,text,entities\n1,ok,\n"])
def test_no_entities_means_unknown(read_data: Read, data: str) -> None:
    (record,) = read_data("csv", data)
    assert isinstance(record, Record)
    assert (record.external_id, record.text, record.spans) == ("1", "ok", None)


@pytest.mark.parametrize("data", ["", "a,b\n1,x\n", "1,fever\n2,cough\n", "id,text,id\n1,x,2\n", b"id,t\xe9xt\n1,x\n"])
def test_unusable_header_is_one_rejection(read_data: Read, data: bytes | str) -> None:
    (found,) = read_data("csv", data)
    assert isinstance(found, Rejection)
    assert found.line == 1


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (b"1,a,b,c", "4 columns and the header 6"),
        (b"1,a,[],,,,", "7 columns"),
        (b"1,caf\xe9,[],,,", "not UTF-8"),
        (b"1,,[],,,", "empty"),
        (b",a,[],,,", "no id"),
        (b"1,a\x00,[],,,", "NUL"),
        (b'1,a,"[[0,9,""DISEASE""]]",,,', "Span 0-9 DISEASE is outside"),
        (b"1,a,{},,,", "dict, not a list"),
        (b"1,a,[,,,", "Not valid JSON"),
        (b'1,"a"b,[],,,', "not valid CSV"),
        (b'1,"a,[],,,', "not valid CSV"),
        (b"1," + b"x" * 20_001 + b",[],,,", "20,001 characters"),
        (b"1," + b"x" * 2**21 + b",[],,,", "not valid CSV"),
        (b"1," + b"x" * 9_000_000 + b",[],,,", "bytes"),
    ],
)
def test_bad_row_is_rejected_and_the_next_is_read(read_data: Read, row: bytes, says: str) -> None:
    bad, *good = read_data("csv", HEADER.encode() + row + b"\r\n" + GOOD.encode() * 2)
    assert isinstance(bad, Rejection)
    assert bad.line == 2
    assert says in bad.reason
    assert [(record.line, type(record)) for record in good] == [(3, Record), (4, Record)]


def test_cells_longer_than_the_modules_own_limit(read_data: Read) -> None:
    text = "fever " * 3_000
    entities = [{"start": i, "end": i + 5, "label": "DISEASE", "note": "x" * 60} for i in range(0, len(text), 6)]
    out = io.StringIO()
    csv.writer(out).writerow(["1", text, json.dumps(entities), "", "", ""])
    assert len(out.getvalue()) > 131_072
    (record,) = read_data("csv", HEADER + out.getvalue())
    assert isinstance(record, Record)
    assert len(record.spans or ()) == 3_000
