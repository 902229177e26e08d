"""The same rows through the API, a JSONL file and a CSV file get the same verdict: there is one schema of a note."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from annotation.formats import Record, Rejection, read
from tests.webapp.api.conftest import Post
from training.models import Deployment

# Every row with an id of its own; the reason (a piece of it) of those that are no note.
ROWS = [
    ({"text": "Asthma."}, ""),
    ({"text": " 😀 k/c/o  T2DM\r\n\tमधुमेह \n", "city": "Pune", "language": "hi-IN"}, ""),
    ({"text": "bell \x07"}, ""),
    ({"text": "x" * 20_000}, ""),
    ({"text": "x" * 20_001}, "20,001 characters, more than 20,000"),
    ({"text": ""}, "The text is empty"),
    ({"text": " \t\n"}, "The text is empty"),
    ({"text": "nul \0"}, "NUL character at 4"),
    ({"text": "Asthma.", "unheard": "of"}, ""),
]
# Left out with a warning where a doctor waits, a reason to mend the row where there is a file.
WORDS = [
    ({"text": "Asthma.", "city": "x" * 201}, "The field city has 201 characters, more than 200"),
    ({"text": "Asthma.", "patient": "line\nbreak"}, "The field patient has a control character"),
]


def from_file(path: Path, file_format: str) -> dict[str, str]:
    """The reason by id, empty for a note."""
    rows = read(path, file_format, labels=["DISEASE"])
    found = {row.external_id: row.reason if isinstance(row, Rejection) else "" for row in rows}
    assert all(isinstance(row, Record | Rejection) for row in rows)
    return found


@pytest.fixture
def rows() -> list[dict[str, str]]:
    return [{"id": f"n{number}", **row} for number, (row, _) in enumerate([*ROWS, *WORDS])]


def test_api_jsonl_and_csv_give_the_same_verdicts(
    served: Deployment, post: Post, rows: list[dict[str, str]], tmp_path: Path
) -> None:
    jsonl, table = tmp_path / "rows.jsonl", tmp_path / "rows.csv"
    jsonl.write_text("".join(json.dumps(row) + "\n" for row in rows))
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, sorted({name for row in rows for name in row}), quoting=csv.QUOTE_ALL)
    writer.writeheader()
    writer.writerows(rows)
    table.write_text(file.getvalue(), newline="")
    response = post({"documents": rows})
    assert response.status_code == 200, response.content
    api = {row["id"]: (" ".join(row["errors"]), " ".join(row["warnings"])) for row in response.json()["documents"]}
    by_jsonl, by_csv = from_file(jsonl, "jsonl"), from_file(table, "csv")
    for number, (_, says) in enumerate(ROWS):
        assert api[f"n{number}"][0] == by_jsonl[f"n{number}"] == by_csv[f"n{number}"], ROWS[number]
        assert says in by_jsonl[f"n{number}"] if says else not by_jsonl[f"n{number}"]
    for number, (_, says) in enumerate(WORDS, start=len(ROWS)):
        assert by_jsonl[f"n{number}"] == by_csv[f"n{number}"]
        assert by_jsonl[f"n{number}"].startswith(says)
        assert api[f"n{number}"] == ("", f"{by_csv[f'n{number}']} It was left out.")
