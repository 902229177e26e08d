"""The step that writes an export, and what the command writes: one file, for this user alone, with its account."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from annotation.errors import ActionError
from annotation.formats import Exported, FormatError, suffix_of, write
from annotation.models import Project
from training.context import Context
from training.export_rows import BATCH, Filters, What, rows_of
from training.leftovers import exports_of


def export(context: Context) -> dict[str, Any]:
    """Write what the run asks for. A file of an attempt that was lost goes when the run is over."""
    run, params = context.run, context.run.params
    folder = exports_of(run) / str(run.attempt)
    # One by one: `parents` would make them readable by others.
    for each in (folder.parent.parent, folder.parent, folder):
        each.mkdir(mode=0o700, exist_ok=True)
    path = folder / f"{run.project.slug}-{params['what']}-{run.pk}{suffix_of(params['format'])}"
    account = write_file(
        path,
        project=run.project,
        file_format=params["format"],
        what=What(params["what"]),
        filters=Filters(**params["filters"]),
        progress=context.progress,
    )
    return {"file": str(path.relative_to(exports_of(run))), **account}


def write_file(
    path: Path,
    *,
    project: Project,
    file_format: str,
    what: What,
    filters: Filters,
    progress: Callable[[float, str], None] = lambda share, message: None,
) -> dict[str, Any]:
    """Write to `path` with mode 600; returns notes, spans, losses, bytes and sha256."""
    rows, total = rows_of(project, what, filters)
    if not total:
        raise ActionError("No note matches; widen the filters or choose something else to export.")
    # An own file, made anew: an older one may be open to others.
    path.unlink(missing_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        written = write(path, file_format, _told(rows, total, progress))
    except FormatError as error:
        raise ActionError(str(error)) from error
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return {**written.to_json(), "bytes": path.stat().st_size, "sha256": sha256}


def _told(rows: Iterable[Exported], total: int, progress: Callable[[float, str], None]) -> Iterator[Exported]:
    for number, row in enumerate(rows):
        if number and number % BATCH == 0:
            progress(number / total, f"{number:,} of {total:,} written")
        yield row
