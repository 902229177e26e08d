"""What holds for every format: the door, the label map, memory, and that no reason holds a piece of a note."""

import json
import tracemalloc
from pathlib import Path

import pytest

from annotation.formats import (
    EXPORT_FORMATS,
    FORMATS,
    Exported,
    Record,
    Rejection,
    parse_label_map,
    read,
    suffix_of,
    write,
)

from .conftest import LABELS, Read

CANARY = "Zyxquora"


def test_unknown_format_is_an_error_at_once(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="Unknown format 'xml'; use one of jsonl, pubtator"):
        read(tmp_path, "xml", labels=LABELS)


@pytest.mark.parametrize("format", FORMATS)
def test_missing_path_is_an_error_at_once(tmp_path: Path, format: str) -> None:
    with pytest.raises(FileNotFoundError):
        read(tmp_path / "missing", format, labels=LABELS)


def test_label_map() -> None:
    assert parse_label_map(["Chemical=TREATMENT", " Dosage = ", "Chemical=TREATMENT"]) == {
        "Chemical": "TREATMENT",
        "Dosage": "",
    }


@pytest.mark.parametrize("pairs", [["Chemical"], ["=X"], [""], ["A=B", "A=C"], ["A=B", "A="]])
def test_bad_label_map_is_an_error(pairs: list[str]) -> None:
    with pytest.raises(ValueError, match="; "):
        parse_label_map(pairs)


def test_reading_streams(tmp_path: Path) -> None:
    path = tmp_path / "notes.jsonl"
    with path.open("w") as file:
        for number in range(400):
            file.write(json.dumps({"id": number, "text": "fever " * 1_000}) + "\n")
    tracemalloc.start()
    try:
        assert sum(isinstance(record, Record) for record in read(path, "jsonl", labels=LABELS)) == 400
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 300_000 < path.stat().st_size / 8


@pytest.mark.parametrize("format", EXPORT_FORMATS)
def test_reading_tells_how_far_it_is(tmp_path: Path, format: str) -> None:
    path = tmp_path / f"notes{suffix_of(format)}"
    write(path, format, (Exported(f"n{n}", "fever " * 3000, ()) for n in range(200)))
    rows = read(path, format, labels=LABELS)
    shares = [rows.share, *(rows.share for _ in rows), rows.share]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0, 1)
    assert any(0.3 < share < 0.7 for share in shares)


HOSTILE: dict[str, list[str]] = {
    "jsonl": [
        f'{{"id": "1", "text": "{CANARY} x", {CANARY}',
        f'{{"id": "1", "text": "{CANARY} \\q"}}',
        f'{{"id": "1", "text": "{CANARY}", "{CANARY}": 1, "{CANARY}": 2}}',
        f'{{"id": "1", "text": "{CANARY}", "entities": [[0, 8, "{CANARY}"]]}}',
        f'{{"id": "1", "text": "{CANARY} x", "entities": [[0, 9, "DISEASE"], [0, 2, "of {CANARY}"]]}}',
        f'{{"id": "1", "text": "{CANARY}", "entities": "{CANARY}"}}',
        f'{{"id": "1", "text": "{CANARY}", "entities": [["{CANARY}", 1, "DISEASE"]]}}',
        f'{{"id": "1", "text": "x", "entities": [{{"start": 0, "end": 1, "label": "DISEASE", "text": "{CANARY}"}}]}}',
        f'{{"id": "{CANARY}\\u0000", "text": "x"}}',
        f'{{"id": "1", "text": "{CANARY}", "unannotated": "{CANARY}"}}',
        f'"{CANARY}"',
    ],
    "pubtator": [
        f"1|t|{CANARY}\n1\t0\t8\tDisease\t{CANARY}\tD1\n",
        f"1|t|{CANARY}\n1\t0\t7\t{CANARY}\tDisease\tD1\n",
        f"1|t|{CANARY}\n1\t{CANARY}\t7\t{CANARY}\tDisease\tD1\n",
        f"1|t|{CANARY}\n{CANARY}\n",
        f"{CANARY}\n",
    ],
    "doccano": [
        f'{{"id": "1", "text": "{CANARY}", "label": [[0, 8, "{CANARY}"]]}}',
        f'{{"id": "1", "text": "{CANARY}", "label": [["{CANARY}"]]}}',
        f'{{"id": "1", "text": "{CANARY}", "label": [], "label": "{CANARY}"}}',
    ],
    "labelstudio": [
        f'[{{"id": 1, "data": {{"text": "{CANARY}", {CANARY}}}}}]',
        f'[{{"id": 1, "data": "{CANARY}"}}]',
        f'[{{"id": 1, "data": {{"text": "{CANARY}"}}, "annotations": "{CANARY}"}}]',
        f'[{{"id": 1, "data": {{"text": "{CANARY}"}}, "annotations": [{{"result": [{{"type": "labels", "value": '
        f'{{"start": 0, "end": 99, "labels": ["of {CANARY}"], "text": "{CANARY}"}}}}]}}]}}]',
    ],
    "lighttag": [
        f'{{"examples": [{{"id": "1", "content": "{CANARY}", "annotations": [{{"tag_name": "{CANARY}"}}]}}]}}',
        f'{{"{CANARY}": []}}',
    ],
    "docbin": [CANARY],
    "conll": [f"{CANARY}\n", f"a\t{CANARY}\n", f"{CANARY}\tB-{CANARY}\n", f"{CANARY}\tX-DISEASE\n"],
    "csv": [
        f"id,{CANARY}\n1,x\n",
        f'id,text\n1,"{CANARY}"{CANARY}\n',
        f"id,text\n1,{CANARY},{CANARY}\n",
        f'id,text,entities\n1,{CANARY},"[{CANARY}]"\n',
    ],
}


@pytest.mark.parametrize(("format", "data"), [(format, row) for format, rows in HOSTILE.items() for row in rows])
def test_no_reason_holds_the_notes_text(read_data: Read, format: str, data: str) -> None:
    found = read_data(format, data)
    assert all(isinstance(rejection, Rejection) for rejection in found)
    assert found
    assert CANARY not in repr([rejection.reason for rejection in found if isinstance(rejection, Rejection)])


@pytest.mark.parametrize(
    "ann", [f"T1\t{CANARY} 0 8\tDISEASE", f"{CANARY}", f"T1\tDISEASE 0 7\t{CANARY}", f"T1\tDISEASE 0 2;3 8\t{CANARY}"]
)
def test_no_reason_of_brat_holds_the_notes_text(read_brat: Read, ann: str) -> None:
    (found,) = read_brat({"a.txt": CANARY, "a.ann": ann})
    assert isinstance(found, Rejection)
    assert CANARY not in found.reason
