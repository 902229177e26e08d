"""Commands on embedded services find their tables, on the first call too."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from webapp import schema
from webapp.local_services import ROOT, SECRET_NAMES


def manage(data: Path, *command: str) -> subprocess.CompletedProcess[str]:
    unset = ("DATABASE_URL", "BROKER_URL", *SECRET_NAMES)
    environ = {name: value for name, value in os.environ.items() if name not in unset}
    wrapped = [sys.executable, "-m", "webapp.holding", sys.executable, "-m", "webapp.schema", *command]
    environ["MARGINALIA_DATA"] = str(data)
    return subprocess.run(wrapped, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.slow
def test_first_command_makes_the_tables_and_keeps_standard_output_clean(tmp_path: Path) -> None:
    notes = tmp_path / "notes.jsonl"
    notes.write_text('{"id": "n1", "text": "Asthma", "entities": []}\n')
    command = ("import_notes", str(notes), "--project", "ward", "--create", "--json")
    first = manage(tmp_path / "data", *command)
    assert first.stdout.startswith('{"accepted": 1'), first.stderr
    assert first.stdout.count("\n") == 1
    assert "Applying" in first.stderr
    again = manage(tmp_path / "data", *command)
    assert again.stdout.startswith('{"accepted": 0, "duplicate": 1'), again.stderr
    assert "Applying" not in again.stderr


def test_state_changes_with_a_migration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for app in schema.APPS:
        (tmp_path / app / "migrations").mkdir(parents=True)
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements" / "base.txt").touch()
    monkeypatch.setattr(schema, "ROOT", tmp_path)
    before = schema.state()
    (tmp_path / "training" / "migrations" / "0002_more.py").touch()
    assert schema.state() != before
