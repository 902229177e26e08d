"""How a project's notes are annotated: its settings, changed together."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from django.db import transaction

from annotation.errors import ActionError
from annotation.models import Annotation, Project, QueueOrder


@dataclass(frozen=True, slots=True)
class Settings:
    """How a project's notes are annotated; shares and threshold are fractions of 1."""

    queue_order: str
    double_share: float
    doubt_threshold: float
    audit_rate: float
    nested: bool


SETTING_NAMES = {
    "queue_order": "order of the queue",
    "double_share": "share annotated twice",
    "doubt_threshold": "score below which a suggestion asks for a decision",
    "audit_rate": "share of arriving notes audited",
    "nested": "entities inside entities",
}


@transaction.atomic
def configure(*, project: Project, settings: Settings) -> list[str]:
    """Set how notes are annotated from now on; returns the names of what changed."""
    row = Project.objects.hold(project.pk)
    if settings.queue_order not in QueueOrder.values:
        raise ActionError(f"The queue has no order {settings.queue_order!r}; choose age or uncertainty.")
    for name in ("double_share", "doubt_threshold", "audit_rate"):
        if not 0 <= getattr(settings, name) <= 1:  # NaN is between nothing
            raise ActionError(f"The {SETTING_NAMES[name]} is {getattr(settings, name)}; give 0 to 100 %.")
    if row.nested and not settings.nested and (inside := _notes_with_nested(row)):
        raise ActionError(f"Note {inside} has an entity inside another; correct it before you forbid them.")
    changed = [name for name in SETTING_NAMES if getattr(row, name) != getattr(settings, name)]
    for name in changed:
        setattr(row, name, getattr(settings, name))
        setattr(project, name, getattr(settings, name))
    row.save(update_fields=changed)
    return [SETTING_NAMES[name] for name in changed]


def _notes_with_nested(project: Project) -> int | None:
    """The first note whose gold, or what waits to be gold, has one entity in another."""
    kept = (Annotation.Status.GOLD, Annotation.Status.SUBMITTED)
    rows = (
        Annotation.objects.filter(project=project, status__in=kept).order_by("note").values_list("note", "spans_json")
    )
    for note_id, spans in rows.iterator(chunk_size=2000):
        edges = sorted((span["start"], span["end"]) for span in spans)
        if any(after[0] < before[1] for before, after in pairwise(edges)):
            return int(note_id)
    return None
