"""What a window is held against besides the champion's first healthy ones: for looking, no level rests on it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from random import Random

from annotation.models import Note
from monitoring.drift import FEATURES, Feature, NoteRow, Seen, compare, expect, judged
from monitoring.drift.evidence import FEWEST
from monitoring.models import ReferenceNotes, WindowNotes
from monitoring.windows.due import Stretch
from monitoring.windows.sample import Found, Sample, read_notes, unpacked
from training.artefacts import nlp_of
from training.lanes import entities
from training.models import DatasetItem, ModelVersion
from training.snapshots import items_of

logger = logging.getLogger(__name__)
# Metrics of a window's measurements.
TRAINING, YEAR = "drift_training", "drift_year"
# Of each so many notes, drawn by lot.
MOST = 1000
# The frozen test is in the snapshot; the calibration notes stop the training and set its temperature, no more.
HELD_OUT = (DatasetItem.Split.DEV, DatasetItem.Split.TEST)
# Whole weeks, so that the days of the week are the same.
A_YEAR, WIDER = timedelta(weeks=52), timedelta(weeks=1)
# What no model has a part in: unseen words are those of its own training data.
OF_NOTES = tuple(one for one in FEATURES if one.kind == "input" and one.name != "unseen")


@dataclass(frozen=True, slots=True)
class Held:
    """What a window is held against: ids and rows of notes, and the features in which that is fair."""

    notes: Sequence[int]
    rows: Sequence[NoteRow]
    features: Sequence[Feature] = FEATURES


def beside_others(model: ModelVersion, stretch: Stretch, notes: Sample) -> dict[str, Seen]:
    """The window beside its other references, by metric; without those that can't be had or hold too few notes.

    No classifier of texts: those of last year may be erased.
    """
    if len(notes.rows) < FEWEST:
        return {}
    found = {}
    for metric, held in ((TRAINING, lambda: training_notes(model)), (YEAR, lambda: last_year(model, stretch))):
        try:
            reference = held()
            if reference and len(reference.rows) >= FEWEST:
                findings = compare(expect(reference.rows, len(notes.rows), reference.features), notes.rows)
                found[metric] = Seen(findings, judged(findings), None)
        except Exception as error:
            # Whatever it is: the window is measured and judged without it.
            logger.error("%s of a window of %s: %s", metric, model, type(error).__name__, exc_info=error)
    return found


def training_notes(model: ModelVersion) -> Held | None:
    """Notes of its snapshot that the model did not learn from. Read by it once and kept; None with too few."""
    if kept := kept_training(model):
        return kept
    ids = held_out(model)
    if len(ids) < FEWEST:
        return None
    read = _read(model, ids)
    ReferenceNotes.objects.get_or_create(model=model, defaults={"notes": list(read.notes), "rows": read.packed()})
    return Held(read.notes, read.rows)


def kept_training(model: ModelVersion) -> Held | None:
    """As :func:`training_notes`, if they were read before."""
    kept = ReferenceNotes.objects.filter(model=model).first()
    return Held(kept.notes, unpacked(bytes(kept.rows))) if kept else None


def held_out(model: ModelVersion) -> list[int]:
    """Ids of the notes of its snapshot that a model did not learn from and that are still there."""
    return sorted(pk for split in HELD_OUT for pk in items_of(model.dataset, split).values_list("note_id", flat=True))


def last_year(model: ModelVersion, stretch: Stretch) -> Held:
    """What was read in the same weeks a year ago, by whichever champion. Where it was another one, what depends on the
    model is left out."""
    then = a_year_before(stretch)
    kept = WindowNotes.objects.filter(
        window__project=model.project_id, window__starts_at__lt=then.end, window__ends_at__gt=then.start
    )
    rows: dict[int, NoteRow] = {}
    others = False
    for read in kept.select_related("window").order_by("window__starts_at", "window_id"):
        rows |= zip(read.notes, unpacked(bytes(read.rows)), strict=True)
        others = others or read.window.model_id != model.pk
    ids = _drawn(sorted(rows), f"year {model.pk}:{stretch.start}")
    return Held(ids, [rows[pk] for pk in ids], OF_NOTES if others else FEATURES)


def a_year_before(stretch: Stretch) -> Stretch:
    """52 weeks earlier, a week wider to either side."""
    return Stretch(stretch.start - A_YEAR - WIDER, stretch.end - A_YEAR + WIDER)


def _read(model: ModelVersion, ids: Sequence[int]) -> Sample:
    nlp, labels = nlp_of(model), frozenset(model.labels)

    def found_in(notes: Sequence[Note]) -> Found:
        answers = entities(nlp, [note.text for note in notes], labels)
        return {note.pk: spans for note, spans in zip(notes, answers, strict=True)}

    return read_notes(model, _drawn(ids, f"training {model.pk}"), found_in)


def _drawn(ids: Sequence[int], lot: str) -> list[int]:
    """At most MOST of the sorted ids, the same ones each time."""
    return sorted(Random(lot).sample(ids, MOST)) if len(ids) > MOST else list(ids)  # noqa: S311 - a sample
