"""What was found, as links to choose from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse

from annotation.models import Note
from monitoring.lineage.nodes import day, name_of
from training.lineage import Found
from training.models import Dataset, ModelVersion, Prediction


@dataclass(frozen=True, slots=True)
class Choice:
    title: str
    detail: str
    url: str


def choices(found: Sequence[Found]) -> list[Choice]:
    return [_choice(one) for one in found]


def _choice(found: Found) -> Choice:
    row = found.row
    if isinstance(row, Prediction):
        url = reverse("lineage_prediction", args=[row.model.project.slug, row.pk])
        return Choice(f"Prediction {row.pk}", f"model v{row.model.number} on note {row.note_id}", url)
    url = reverse(f"lineage_{found.kind}", args=[row.pk])
    if isinstance(row, Dataset):
        return Choice(name_of(row), f"sealed on {day(row.created_at)}", url)
    if isinstance(row, ModelVersion):
        return Choice(f"Model v{row.number}", row.get_status_display(), url)
    if isinstance(row, Note):
        return Choice(f"Note {row.pk}", f"received on {day(row.received_at)}", url)
    return Choice(f"Run {row.pk}", "", url)
