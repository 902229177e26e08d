"""The quality report of a sealed dataset: made from its notes, kept with it once."""

from __future__ import annotations

from collections.abc import Sequence

from training import snapshots
from training.dataset_quality import OnProgress, Report, quality_report
from training.models import Dataset


def report_on(dataset: Dataset, *, labels: Sequence[str], on_progress: OnProgress | None = None) -> Report:
    """Raises ValueError when no note is left to report on."""
    return quality_report(list(snapshots.quality_rows(dataset)), labels=labels, on_progress=on_progress)


def keep(dataset: Dataset, report: Report) -> bool:
    """Keep what may be kept of it; False when the dataset has a report already."""
    # The surfaces are words of notes: pages make them anew for those who may read notes.
    told = {name: value for name, value in report.to_json().items() if name != "surfaces"}
    return bool(Dataset.objects.filter(pk=dataset.pk, quality={}).update(quality=told))
