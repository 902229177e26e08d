"""What goes out: which rows, with whose name, and nothing that may not."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from annotation.actions import notes, revisions, tasks
from annotation.formats import EXPORT_FORMATS, Exported, ExportedSpan, suffix_of
from annotation.models import Annotation, Client, Note, Project, Task
from annotation.spans import MarkedSpan, ScoredSpan
from tests.conftest import Cast
from training import exports
from training.export_rows import Filters, What, rows_of
from training.models import Deployment, Prediction

TEXT = "k/c/o diabetes on metformin\r\n"
GOLD = [MarkedSpan(6, 14, "DISEASE", ("historical",), "E11.9")]
Rows = Callable[..., list[Exported]]


@pytest.fixture
def rows(project: Project) -> Rows:
    def told(what: What = What.GOLD, **filters: str) -> list[Exported]:
        found, total = rows_of(project, what, Filters(**filters))
        listed = list(found)
        assert len(listed) == total
        return listed

    return told


@pytest.fixture
def note(project: Project, cast: Cast) -> Note:
    """A note with a model's suggestion, which an annotator corrected."""
    type(project).objects.update(audit_rate=0, double_share=0)
    project.refresh_from_db()
    new = notes.NewNote("n1", TEXT, facets={"city": "Pune"})
    (note,) = notes.add(project=project, news=[new], origin=Note.Origin.IMPORT)
    (task,) = notes.open_tasks(project=project, notes=[note], reason=Task.Reason.LABEL)
    found = {note.pk: [ScoredSpan(6, 14, "DISEASE", 0.5)]}
    revisions.add_prelabels(project=project, found=found, author_model="clinic v7")
    held = tasks.take(task=task, by=cast.annotator)
    revisions.submit(task=held, by=cast.annotator, spans=GOLD, base_revision=1, seconds=12)
    return note


def test_gold_says_who_made_it_and_how(note: Note, rows: Rows, cast: Cast) -> None:
    (row,) = rows()
    assert (row.external_id, row.text, row.facets) == ("n1", TEXT, {"city": "Pune"})
    assert row.spans == (ExportedSpan(6, 14, "DISEASE", None, ("historical",), "E11.9"),)
    assert (row.status, row.revision, row.author, row.author_model, row.seconds) == ("gold", 2, "annotator", "", 12)
    assert row.guideline == note.project.guideline_versions.first().version
    assert row.annotated_at == Annotation.objects.gold().get().created_at.isoformat()


def test_revisions_are_all_there_in_order(note: Note, rows: Rows) -> None:
    assert [(row.revision, row.status, row.author, row.author_model) for row in rows(What.REVISIONS)] == [
        (1, "draft", "", "clinic v7"),
        (2, "gold", "annotator", ""),
    ]


def test_predictions_are_the_newest_answers_and_the_suggestions(
    note: Note, rows: Rows, champion: Deployment, api_key: tuple[Client, str]
) -> None:
    for score in (0.4, 0.9):
        entities = [{"start": 6, "end": 14, "label": "DISEASE", "score": score}]
        Prediction.objects.create(
            model=champion.model, deployment=champion, note=note, origin="api", entities=entities, client=api_key[0]
        )
    found = [row for row in rows(What.PREDICTIONS) if row.external_id == "n1"]
    assert [(row.author_model, row.status, row.scores) for row in found] == [
        ("clinic v7", "draft", [0.5]),
        (str(champion.model), "prediction", [0.9]),
    ]
    assert [row.author_model for row in rows(What.PREDICTIONS, model="7")] == ["clinic v7"]
    assert rows(What.PREDICTIONS, author="annotator") == []


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        ({"label": "DISEASE"}, 1),
        ({"label": "TREATMENT"}, 0),
        ({"facet": "city", "value": "Pune"}, 1),
        ({"facet": "city", "value": "Delhi"}, 0),
        ({"author": "annotator"}, 1),
        ({"author": "reviewer"}, 0),
        ({"since": "0", "until": "0"}, 1),
        ({"until": "-1"}, 0),
        ({"since": "1"}, 0),
    ],
)
def test_filters_narrow(note: Note, rows: Rows, filters: dict[str, str], count: int) -> None:
    today = timezone.now().date()
    dates = {
        key: (today + timedelta(days=int(value))).isoformat()
        for key, value in filters.items()
        if key in {"since", "until"}
    }
    assert len(rows(**{**filters, **dates})) == count


def test_status_narrows_revisions(note: Note, rows: Rows) -> None:
    assert [row.revision for row in rows(What.REVISIONS, status="draft")] == [1]


@pytest.mark.parametrize("status", ["withdrawn", "erased"])
def test_notes_that_are_not_active_stay(note: Note, rows: Rows, status: str) -> None:
    gone = {"status": status, **({"wrapped_key": None} if status == "erased" else {})}
    Note.objects.filter(pk=note.pk).update(**gone)
    assert [rows(what) for what in What] == [[], [], []]


def test_other_projects_stay(note: Note, rows: Rows, cast: Cast) -> None:
    other = Project.objects.get(slug="elsewhere")
    assert list(rows_of(other, What.REVISIONS, Filters())[0]) == []


@pytest.mark.parametrize("format", EXPORT_FORMATS)
def test_command_writes_each_format_for_its_user_alone(note: Note, tmp_path: Path, format: str) -> None:
    path = tmp_path / f"out{suffix_of(format)}"
    path.write_text("older, and open to all")
    path.chmod(0o644)
    said = command(path, "--format", format, "--json")
    account = json.loads(said)
    assert (account["notes"], account["spans"], account["bytes"]) == (1, 1, path.stat().st_size)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert TEXT.strip() not in said


def command(path: Path, *more: str) -> str:
    out, err = StringIO(), StringIO()
    call_command("export_notes", "--project", "clinic", "--out", str(path), *more, stdout=out, stderr=err)
    return out.getvalue()


def test_command_tells_what_was_lost(note: Note, tmp_path: Path) -> None:
    said = command(tmp_path / "x", "--format", "pubtator", "--facet", "city=Pune")
    assert "1 rows with 1 spans" in said
    assert "1 times: Facets are not in this format" in said


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (("--label", "NONE"), "No note matches"),
        (("--facet", "ciphertext=x"), "NAME of specialty"),
        (("--facet", "city"), "NAME=VALUE"),
        (("--model", "x"), "number of a version"),
        (("--since", "yesterday"), "isoformat"),
        (("--project", "none"), "none"),
    ],
)
def test_command_refuses_in_a_sentence(note: Note, tmp_path: Path, more: tuple[str, ...], says: str) -> None:
    with pytest.raises(CommandError, match=says):
        command(tmp_path / "x", *more)
    assert not (tmp_path / "x").exists()


def test_command_needs_a_folder(note: Note, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="make it first"):
        command(tmp_path / "none" / "x")


def test_an_export_says_how_far_it_is(
    project: Project, gold_notes: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "BATCH", 25)
    seen: list[tuple[float, str]] = []
    exports.write_file(
        tmp_path / "x",
        project=project,
        file_format="jsonl",
        what=What.GOLD,
        filters=Filters(),
        progress=lambda share, message: seen.append((share, message)),
    )
    assert seen == [(25 / 60, "25 of 60 written"), (50 / 60, "50 of 60 written")]
