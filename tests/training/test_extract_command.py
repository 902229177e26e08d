"""``manage.py extract``: the bytes of one note in, JSON out."""

from __future__ import annotations

import io
import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from annotation.models import Note, Project
from training.models import Deployment

TEXT = "Pt c/o  pain\r\nk/c/o hypertension 🤕\r\nTab Telma 40 OD\r\nमधुमेह, T2DM\r\n"


def extract(*arguments: str) -> dict[str, Any]:
    out = StringIO()
    call_command("extract", *arguments, stdout=out)
    row: dict[str, Any] = json.loads(out.getvalue())
    return row


def give(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data)))


def test_extract_from_a_file_slices_the_text_exactly(champion: Deployment, tmp_path: Path) -> None:
    path = tmp_path / "note.txt"
    path.write_bytes(TEXT.encode())
    row = extract(str(path))
    assert row["entities"]
    assert all(TEXT[e["start"] : e["end"]] == e["text"] for e in row["entities"])
    after_emoji = [e for e in row["entities"] if e["start"] > TEXT.index("🤕")]
    assert after_emoji
    model = champion.model
    assert row["model"] == {"name": "clinic", "version": 1, "sha256": model.sha256, "role": "champion"}
    assert not Note.objects.filter(origin=Note.Origin.API).exists()


def test_extract_from_standard_input_is_the_same(
    champion: Deployment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "note.txt"
    path.write_bytes(TEXT.encode())
    give(monkeypatch, TEXT.encode())
    assert extract("--project", "clinic") == extract(str(path))


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"Asthma \xff Canary", r"not UTF-8 at byte 7; convert it first\.$"),
        ("Canary".encode("utf-16"), "not UTF-8 at byte 0"),
        (b"", "The text is empty"),
        (b" \r\n\t", "The text is empty"),
        (b"Canary\0", "NUL character at 6"),
        (b"x" * 20_001, "20,001 characters, more than 20,000"),
        ("\udc80".encode("utf-8", "surrogatepass"), "not UTF-8 at byte 0"),
    ],
)
def test_extract_of_what_is_no_note_is_refused(
    champion: Deployment, monkeypatch: pytest.MonkeyPatch, data: bytes, says: str
) -> None:
    give(monkeypatch, data)
    with pytest.raises(CommandError, match=says) as refused:
        extract()
    assert "Canary" not in str(refused.value)


def test_extract_without_champion_is_refused(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    give(monkeypatch, b"Asthma.")
    with pytest.raises(CommandError, match="No model of Clinic is in service; approve one first"):
        extract()


def test_extract_without_any_project_is_refused(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    give(monkeypatch, b"Asthma.")
    with pytest.raises(CommandError, match="There is no project yet"):
        extract()


def test_extract_from_a_missing_file_is_refused(champion: Deployment, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"can't be read .No such file"):
        extract(str(tmp_path / "nothing"))
