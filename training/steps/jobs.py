"""Jobs that are one step each."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from annotation.actions import imports
from annotation.actions.imports import Report
from training.context import Context


def ingest_file(context: Context) -> dict[str, Any]:
    """Import an uploaded file. The file stays until the run is over: another attempt may have to read it."""
    params, run = context.run.params, context.run
    path = settings.UPLOADS_DIR / params["upload"]
    if run.created_by is None:
        raise RuntimeError("An import has nobody who started it.")

    def on_progress(report: Report) -> None:
        done = f"{report.accepted:,} accepted, {report.duplicate:,} duplicate, {report.rejected:,} rejected"
        context.progress(report.share, done)

    report = imports.import_file(
        project=run.project,
        path=path,
        file_format=params["format"],
        by=run.created_by,
        gold=params["gold"],
        label_map=params["label_map"] or None,
        on_progress=on_progress,
    )
    return report.to_json()
