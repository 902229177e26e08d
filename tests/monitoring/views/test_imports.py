"""Import through the page: the file is kept, read by a run, reported on and removed."""

from __future__ import annotations

import stat
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser
from django.urls import reverse

from annotation.models import Annotation, Note, Task, User
from monitoring.views import imports
from tests.conftest import Cast
from training import runs
from training.models import Run

GOOD = '{"id": "n1", "text": "k/c/o T2DM\\r\\n", "entities": [{"start": 6, "end": 10, "label": "Disease"}]}\n'
BAD = '{"id": "n2", "text": "Canary", "entities": [{"start": 0, "end": 99, "label": "Disease"}]}\n'


@pytest.fixture
def lead(cast: Cast, browser_of: Callable[[User], Browser]) -> Browser:
    return browser_of(cast.lead)


def upload(lead: Browser, content: str, **fields: str) -> Any:
    file = SimpleUploadedFile("notes.jsonl", content.encode())
    data = {"file": file, "format": "jsonl", "label_map": "Disease=DISEASE", **fields}
    return lead.post("/p/clinic/import/", data)


def test_upload_of_gold_is_imported_by_its_run_and_reported(lead: Browser, settings: Any) -> None:
    response = upload(lead, GOOD + BAD + GOOD, gold="on")
    run = Run.objects.get()
    assert response["Location"] == reverse("run", args=[run.pk])
    (kept,) = settings.UPLOADS_DIR.glob("*/*")
    assert stat.S_IMODE(kept.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    runs.execute(run.pk)
    note = Note.objects.get()
    assert note.text == "k/c/o T2DM\r\n"
    assert [(s.start, s.end, s.label) for s in Annotation.objects.gold().get().spans] == [(6, 10, "DISEASE")]
    page = lead.get(reverse("run", args=[run.pk]))
    report = page.context["report"]
    assert (report["accepted"], report["duplicate"], report["rejected"]) == (1, 1, 1)
    assert (report["rejections"][0]["line"], report["rejections"][0]["external_id"]) == (2, "n2")
    assert "Canary" not in page.content.decode()
    assert not list(settings.UPLOADS_DIR.iterdir())


def test_upload_without_gold_makes_tasks(lead: Browser, project: Any) -> None:
    type(project).objects.update(audit_rate=0)
    upload(lead, GOOD)
    runs.execute(Run.objects.get().pk)
    assert Task.objects.get().reason == Task.Reason.LABEL
    assert not Annotation.objects.gold().exists()


def test_upload_a_second_time_finds_duplicates(lead: Browser) -> None:
    for _ in range(2):
        upload(lead, GOOD, gold="on")
        runs.execute(Run.objects.first().pk)  # type: ignore[union-attr]
    assert Note.objects.count() == 1
    assert Run.objects.first().steps.get().outputs["duplicate"] == 1  # type: ignore[union-attr]


def test_upload_of_more_than_the_limit_is_refused_and_not_kept(
    lead: Browser, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert imports.MAX_BYTES == 200 * 1024 * 1024
    monkeypatch.setattr(imports, "MAX_BYTES", len(GOOD))
    assert "more than 200 MB" in upload(lead, GOOD + "\n").content.decode()
    assert not Run.objects.exists()
    assert not settings.UPLOADS_DIR.exists()
    assert upload(lead, GOOD).status_code == 302


@pytest.mark.parametrize("fields", [{"format": "exe"}, {"label_map": "Disease"}, {"file": ""}])
def test_upload_with_a_form_that_does_not_fit_is_refused(lead: Browser, fields: dict[str, str]) -> None:
    response = upload(lead, GOOD, **fields)
    assert response.status_code == 200
    assert response.context["form"].errors
    assert not Run.objects.exists()


def test_upload_of_what_is_no_text_is_a_report_or_a_sentence(lead: Browser) -> None:
    file = SimpleUploadedFile("notes.jsonl", bytes(range(256)) * 20)
    lead.post("/p/clinic/import/", {"file": file, "format": "jsonl"})
    run = Run.objects.get()
    runs.execute(run.pk)
    run.refresh_from_db()
    assert run.is_over
    page = lead.get(reverse("run", args=[run.pk]))
    assert page.status_code == 200
    assert not Note.objects.exists()


def test_upload_with_a_hostile_name_stays_in_its_folder(lead: Browser, settings: Any) -> None:
    file = SimpleUploadedFile("../../evil.zip", b"no zip")
    lead.post("/p/clinic/import/", {"file": file, "format": "brat"})
    (kept,) = settings.UPLOADS_DIR.glob("*/*")
    assert kept.suffix == ".zip"
    run = Run.objects.get()
    runs.execute(run.pk)
    run.refresh_from_db()
    assert run.is_over
    assert not list(settings.UPLOADS_DIR.iterdir())


def test_upload_by_an_annotator_is_refused(cast: Cast, browser_of: Callable[[User], Browser]) -> None:
    assert upload(browser_of(cast.annotator), GOOD).status_code == 403
    assert not Run.objects.exists()


def test_upload_of_the_same_file_again_brings_no_note_twice(lead: Browser, settings: Any) -> None:
    sentence = b"Asthma\tB-DISEASE\nsince\tO\n2019\tO\n\n"
    for _ in range(2):
        file = SimpleUploadedFile("ward 7.tsv", sentence)
        lead.post("/p/clinic/import/", {"file": file, "format": "conll", "gold": "on"})
        run = Run.objects.first()
        assert run
        runs.execute(run.pk)
    assert run.steps.get().outputs["duplicate"] == 1
    assert "ward" not in Note.objects.get().external_id
