"""An upload stays while its run may have to read it again, and no longer: it holds notes in the clear."""

from __future__ import annotations

from typing import Any

import pytest

from annotation.actions import imports
from annotation.models import Note, Project
from tests.conftest import Cast
from tests.training.conftest import SECRET, lose
from training import reaper, runs
from training.actions import runs as actions
from training.context import Context
from training.models import Run
from training.steps import jobs


@pytest.fixture
def ingest(project: Project, cast: Cast, settings: Any) -> Run:
    (settings.UPLOADS_DIR / "one").mkdir(parents=True)
    (settings.UPLOADS_DIR / "one" / "up").write_text('{"id": "n1", "text": "Asthma.", "entities": []}\n')
    params = {"format": "jsonl", "gold": True, "label_map": {}}
    return actions.start_import(project=project, by=cast.lead, upload="one/up", params=params)


def test_upload_is_gone_when_its_run_succeeded(ingest: Run, settings: Any) -> None:
    runs.execute(ingest.pk)
    ingest.refresh_from_db()
    assert ingest.status == Run.Status.SUCCEEDED, ingest.error
    assert not list(settings.UPLOADS_DIR.iterdir())
    assert Note.objects.get().text == "Asthma."


def test_upload_is_gone_when_its_run_failed(ingest: Run, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**_: Any) -> None:
        raise RuntimeError(SECRET)

    monkeypatch.setattr(imports, "import_file", fail)
    runs.execute(ingest.pk)
    ingest.refresh_from_db()
    assert ingest.status == Run.Status.FAILED
    assert not list(settings.UPLOADS_DIR.iterdir())


def test_upload_is_gone_when_its_run_was_cancelled(ingest: Run, settings: Any) -> None:
    actions.cancel(run=ingest)
    assert not list(settings.UPLOADS_DIR.iterdir())


def test_upload_stays_until_its_run_is_over(ingest: Run, settings: Any) -> None:
    runs.claim(ingest.pk)
    lose(ingest)
    reaper.reap()
    assert list(settings.UPLOADS_DIR.iterdir())
    for _ in range(reaper.MAX_ATTEMPTS - 1):
        runs.claim(ingest.pk)
        lose(ingest)
        reaper.reap()
    assert not list(settings.UPLOADS_DIR.iterdir())


def test_upload_is_read_again_when_the_worker_was_lost_after_reading(ingest: Run) -> None:
    claimed = runs.claim(ingest.pk)
    assert claimed is not None
    jobs.ingest_file(Context(run=claimed))
    lose(ingest)
    reaper.reap()
    runs.execute(ingest.pk)
    ingest.refresh_from_db()
    assert ingest.status == Run.Status.SUCCEEDED, ingest.error
    assert ingest.steps.get().outputs["duplicate"] == 1
