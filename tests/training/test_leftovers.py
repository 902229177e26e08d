"""What runs leave on disk is removed, and nothing that is still needed."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import pytest

from annotation.models import Project
from tests.conftest import Cast
from training import leftovers, reaper, runs
from training.actions import runs as actions
from training.models import Deployment, ModelVersion, Run


def old_upload(folder: Path, name: str) -> Path:
    path = folder / name / "notes"
    path.parent.mkdir(parents=True)
    path.write_text("k/c/o asthma")
    long_ago = time.time() - 10 * leftovers.SPARED_SECONDS
    os.utime(path.parent, (long_ago, long_ago))
    return path


@pytest.fixture
def waiting(project: Project, cast: Cast) -> Run:
    params = {"format": "jsonl", "gold": False, "label_map": {}}
    return actions.start_import(project=project, by=cast.lead, upload="needed/notes", params=params)


def test_sweep_removes_an_upload_that_no_run_needs(waiting: Run, settings: Any) -> None:
    needed, lost = (old_upload(settings.UPLOADS_DIR, name) for name in ("needed", "lost"))
    reaper.reap()
    assert needed.exists()
    assert not lost.parent.exists()


def test_sweep_spares_an_upload_whose_run_is_being_written(db: None, settings: Any) -> None:
    path = old_upload(settings.UPLOADS_DIR, "new")
    os.utime(path.parent)
    leftovers.sweep_uploads()
    assert path.exists()


def test_clean_up_removes_the_model_of_a_cancelled_run(candidate: ModelVersion, cast: Cast, settings: Any) -> None:
    run = actions.start_training(project=candidate.project, by=cast.lead)
    folder = settings.MODELS_DIR / run.project.slug / f"run-{run.pk}-1"
    folder.mkdir(parents=True)
    runs.cancel(run)
    assert not folder.exists()


def test_clean_up_keeps_a_registered_model(champion: Deployment) -> None:
    leftovers.clean_up(champion.model.run_id)
    assert champion.model.path.is_dir()
