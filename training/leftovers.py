"""What runs leave on disk, and its removal: uploads and exports hold notes in the clear, some models serve nobody."""

from __future__ import annotations

import shutil
import time
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from training import work
from training.models import ModelVersion, Run, Step

# Younger ones may belong to a request that has not written its run yet.
SPARED_SECONDS = 600
# How long a finished export can be fetched.
EXPORT_HOURS = 24
# How long a finished run's parts can be taken over by another run; those of an experiment's best trials for longer.
WORK_DAYS, BEST_DAYS = 14, 90


def clean_up(run_id: int) -> None:
    """Remove the upload and, unless a model was registered, the model folders of a run that is over."""
    run = Run.objects.select_related("project").get(pk=run_id)
    if not run.is_over:
        return
    if run.kind == Run.Kind.INGEST:
        _remove(settings.UPLOADS_DIR / run.params["upload"])
    if run.kind == Run.Kind.EXPORT and run.status != Run.Status.SUCCEEDED:
        _remove(exports_of(run))
    if not ModelVersion.objects.filter(run=run).exists():
        for folder in model_folders(run):
            _remove(folder)


def model_folders(run: Run) -> list[Path]:
    """The folders that the run's attempts packaged models into."""
    return list((settings.MODELS_DIR / run.project.slug).glob(f"run-{run.pk}-*"))


def exports_of(run: Run) -> Path:
    """The folder that the run's attempts write exports into."""
    folder: Path = settings.DATA_DIR / "exports" / f"run-{run.pk}"
    return folder


def sweep_exports() -> None:
    """Remove exports whose time is over, and those of attempts that were lost."""
    folder = settings.DATA_DIR / "exports"
    if not folder.is_dir():
        return
    kept = Run.objects.filter(kind=Run.Kind.EXPORT, ended_at__gt=timezone.now() - timedelta(hours=EXPORT_HOURS))
    names = {exports_of(run).name for run in kept | Run.objects.unfinished().filter(kind=Run.Kind.EXPORT)}
    for path in folder.iterdir():
        if path.name not in names and time.time() - path.stat().st_mtime > SPARED_SECONDS:
            _remove(path)


def sweep_uploads() -> None:
    """Remove uploads that no unfinished run needs: their run's worker was killed before it could."""
    if not settings.UPLOADS_DIR.is_dir():
        return
    needed = {Path(params["upload"]).parts[0] for params in _unfinished_imports()}
    for path in settings.UPLOADS_DIR.iterdir():
        if path.name not in needed and time.time() - path.stat().st_mtime > SPARED_SECONDS:
            _remove(path)


def _unfinished_imports() -> list[dict[str, str]]:
    return list(Run.objects.unfinished().filter(kind=Run.Kind.INGEST).values_list("params", flat=True))


def _remove(path: Path) -> None:
    """A file or folder below the uploads, exports or models; an upload lies in a folder of its own."""
    own_folder = path.parent if path.parent.parent == settings.UPLOADS_DIR else path
    if own_folder.is_dir():
        shutil.rmtree(own_folder)
    else:
        own_folder.unlink(missing_ok=True)


def sweep_work() -> None:
    """Remove what runs kept for later steps, once nobody can go on from them any more."""
    folder = work.root()
    if not folder.is_dir():
        return
    kept = Run.objects.filter(ended_at__gt=timezone.now() - timedelta(days=WORK_DAYS)) | Run.objects.unfinished()
    names = {f"run-{pk}" for pk in (*kept.values_list("pk", flat=True), *_best_trials())}
    for path in folder.iterdir():
        if path.name not in names and time.time() - path.stat().st_mtime > SPARED_SECONDS:
            shutil.rmtree(path)


def _best_trials() -> list[int]:
    """What the experiments of the last months named their best: ids of runs."""
    since = timezone.now() - timedelta(days=BEST_DAYS)
    rows = Step.objects.filter(run__kind=Run.Kind.EXPERIMENT, ended_at__gt=since, outputs__has_key="kept")
    return [pk for kept in rows.values_list("outputs__kept", flat=True) for pk in kept]
