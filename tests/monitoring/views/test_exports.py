"""Export through the page: a run writes the file, who may export fetches it, and its time runs out."""

from __future__ import annotations

import hashlib
import json
import os
import stat
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from annotation.models import Note, User
from monitoring.views.exports import ExportForm
from tests.conftest import Cast
from training import leftovers, reaper, runs
from training.models import Run

pytestmark = pytest.mark.usefixtures("gold_notes")


@pytest.fixture
def lead(cast: Cast, browser_of: Callable[[User], Browser]) -> Browser:
    return browser_of(cast.lead)


@pytest.fixture
def export(lead: Browser) -> Callable[..., Run]:
    """`export(**fields)`: the run that the form starts, carried out."""

    def run(**fields: str) -> Run:
        answer = lead.post("/p/clinic/exports/", {"what": "gold", "format": "jsonl", **fields})
        run = Run.objects.get(pk=answer["Location"].strip("/").split("/")[-1])
        runs.execute(run.pk)
        run.refresh_from_db()
        return run

    return run


def content(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def test_export_is_written_by_its_run_and_fetched(export: Callable[..., Run], lead: Browser, settings: Any) -> None:
    run = export()
    assert run.status == Run.Status.SUCCEEDED
    (file,) = (settings.DATA_DIR / "exports").rglob("*.jsonl")
    assert [stat.S_IMODE(path.stat().st_mode) for path in (file, file.parent, file.parent.parent)] == [
        0o600,
        0o700,
        0o700,
    ]
    answer = lead.get(reverse("export_download", args=[run.pk]))
    data = content(answer)
    assert f'filename="clinic-gold-{run.pk}.jsonl"' in answer["Content-Disposition"]
    assert answer["Cache-Control"] == "no-store"
    outputs = run.steps.get().outputs
    assert outputs["sha256"] == hashlib.sha256(data).hexdigest()
    rows = [json.loads(line) for line in data.decode().splitlines()]
    assert (len(rows), outputs["notes"]) == (60, 60)
    texts = {note.external_id: note.text for note in Note.objects.all()}
    assert {row["id"]: row["text"] for row in rows} == texts
    assert {row["author"] for row in rows} == {"reviewer"}
    page = lead.get(reverse("run", args=[run.pk])).content.decode()
    assert "download-export" in page
    assert outputs["sha256"] in page


def test_export_tells_what_its_format_could_not_hold(export: Callable[..., Run], lead: Browser) -> None:
    run = export(format="conll")
    page = lead.get(reverse("run", args=[run.pk])).content.decode()
    assert "Annotator, model version" in page
    assert all(text not in page for text in (note.text for note in Note.objects.all()))


@pytest.mark.parametrize("who", ["annotator", "approver", "admin", "outsider"])
def test_who_may_not_export_does_not_fetch(
    export: Callable[..., Run], cast: Cast, browser_of: Callable[[User], Browser], who: str
) -> None:
    run = export()
    answer = browser_of(getattr(cast, who)).get(reverse("export_download", args=[run.pk]))
    assert answer.status_code == (404 if who == "outsider" else 403)
    if who != "outsider":
        assert (
            "download-export" not in browser_of(getattr(cast, who)).get(reverse("run", args=[run.pk])).content.decode()
        )


def test_export_is_swept_away_after_its_time(export: Callable[..., Run], lead: Browser, settings: Any) -> None:
    old, new = export(), export()
    long_ago = time.time() - 3600 * leftovers.EXPORT_HOURS - 60
    for run in (old, new):
        os.utime(leftovers.exports_of(run), (long_ago, long_ago))
    Run.objects.filter(pk=old.pk).update(ended_at=old.ended_at - timedelta(hours=leftovers.EXPORT_HOURS, minutes=1))
    reaper.reap()
    assert [path.name for path in (settings.DATA_DIR / "exports").iterdir()] == [f"run-{new.pk}"]
    answer = lead.get(reverse("export_download", args=[old.pk]), follow=True)
    assert "it is kept for 24 hours" in answer.content.decode()
    assert "The file was removed" in answer.content.decode()
    page = lead.get("/p/clinic/exports/").content.decode()
    assert reverse("export_download", args=[new.pk]) in page
    assert reverse("export_download", args=[old.pk]) not in page


def test_export_that_is_cancelled_leaves_nothing(lead: Browser, settings: Any) -> None:
    lead.post("/p/clinic/exports/", {"what": "gold", "format": "jsonl"})
    run = Run.objects.get()
    runs.claim(run.pk)
    leftovers.exports_of(run).mkdir(parents=True)
    lead.post(reverse("run_cancel", args=[run.pk]))
    assert not list((settings.DATA_DIR / "exports").iterdir())


def test_export_of_nothing_fails_with_a_sentence(export: Callable[..., Run]) -> None:
    run = export(facet="city", value="Nowhere")
    assert (run.status, run.error) == (
        Run.Status.FAILED,
        "No note matches; widen the filters or choose something else to export.",
    )


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"format": "lighttag"}, "not one of the available choices"),
        ({"facet": "city"}, "give its value"),
        ({"facet": "ciphertext", "value": "x"}, "not one of the available choices"),
        ({"since": "tomorrow"}, "Enter a valid date"),
        ({"author": "outsider"}, "not one of the available choices"),
    ],
)
def test_bad_form_starts_nothing(lead: Browser, fields: dict[str, str], says: str) -> None:
    answer = lead.post("/p/clinic/exports/", {"what": "gold", "format": "jsonl", **fields})
    assert says in answer.content.decode()
    assert not Run.objects.exists()


def test_gold_of_a_model_version_is_refused(lead: Browser, candidate: Any) -> None:
    answer = lead.post("/p/clinic/exports/", {"what": "gold", "format": "jsonl", "model": str(candidate.number)})
    assert "Gold is by people" in answer.content.decode()
    assert not Run.objects.filter(kind=Run.Kind.EXPORT).exists()


def test_form_offers_the_projects_own(project: Any, candidate: Any) -> None:
    form = ExportForm(project)
    assert [name for name, _ in form.fields["author"].choices] == ["", "reviewer"]
    assert [name for name, _ in form.fields["model"].choices] == ["", str(candidate.number)]
