"""What constraints are derived from and checked on: notes of a snapshot, windows of a reference, one window."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from annotation.intake_counts import Came
from annotation.models import IntakeHour, Note
from monitoring.constraints import Document, Row, Window, derive
from monitoring.constraints.deriving import came_of_rows
from monitoring.drift import words_of
from monitoring.models import WindowNotes
from monitoring.windows.due import Stretch
from monitoring.windows.intake import came_in
from monitoring.windows.sample import unpacked
from training.models import ModelVersion

# Of a snapshot so many notes are read, spread over all.
MOST = 4000
NAMES = ("id", "patient", "doctor")
# What the champion reads; notes for annotators come from elsewhere.
READ = (IntakeHour.Origin.API, IntakeHour.Origin.BATCH)


@dataclass(frozen=True, slots=True)
class SnapshotRow:
    """A note of a snapshot in figures."""

    words: int
    facets: Mapping[str, str]
    patient: str


def of_training(model: ModelVersion) -> Document | None:
    """By all splits of its snapshot; None when no note of it is left."""
    items = model.dataset.items.filter(note__status=Note.Status.ACTIVE)
    ids = sorted(items.values_list("note_id", flat=True))
    chosen = ids[:: max(1, -(-len(ids) // MOST))]
    came, rows = Came(), []
    # Names are the file's, and a feed has its own ways to name a note and its people: nothing is expected of them here.
    for name in NAMES:
        del came.fields[name]
    for note in Note.objects.filter(pk__in=chosen).order_by("pk").iterator(500):
        came.count({"text": note.text, **note.facets}, (), refused=False)
        rows.append(SnapshotRow(len(words_of(note.text)), note.facets, note.patient))
    return derive(rows, came) if rows else None


def of_reference(model: ModelVersion) -> Document | None:
    """By the windows of its reference; None when nothing came in them."""
    kept = WindowNotes.objects.filter(window__model=model, window__in_reference=True)
    rows: list[Row] = []
    came = Came()
    counted = True
    for read in kept.select_related("window").order_by("window__starts_at"):
        found = unpacked(bytes(read.rows))
        one = window_of(read.window.project_id, Stretch.of(read.window), found)
        counted = counted and one.counted
        came.add(one.came)
        rows += found
    if not rows:
        return None
    return derive(rows, came if counted else came_of_rows(rows))


def window_of(project_id: int, stretch: Stretch, rows: Sequence[Row]) -> Window:
    """What came in by the counts of all documents; by the notes that were read where those are more.

    They are where nothing was counted: in a simulated clinic, and before there were counts.
    """
    came = came_in(project_id, stretch, *READ)
    if came.documents >= len(rows):
        return Window(came, rows)
    return Window(came_of_rows(rows), rows, counted=False)
