"""The notes of a window that are read: drawn by lot among those that the champion answered, each once."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice, pairwise
from random import Random

from django.db.models import QuerySet

from annotation.models import Note
from annotation.spans import ScoredSpan
from monitoring.drift import NoteRow, row_of, words_of
from monitoring.windows.due import Stretch
from training.artefacts import nlp_of
from training.models import DatasetItem, Deployment, ModelVersion, Prediction
from training.ner import missed
from training.snapshots import items_of

# So many notes are read of a window, and of the training data for its words.
MOST, MOST_FOR_WORDS = 1000, 3000
AT_ONCE = 100
# A window's time in so many parts, each giving so few answers at first; and the most answers that are looked at.
SLICES, FEW, MOST_READ = 500, 20, 8000
# What a model found in notes, by their ids.
Found = Mapping[int, list[ScoredSpan]]


@dataclass(frozen=True, slots=True)
class Sample:
    """`notes`: ids, in the order of `rows`."""

    notes: Sequence[int]
    rows: Sequence[NoteRow]

    def packed(self) -> bytes:
        return zlib.compress(json.dumps([row.to_json() for row in self.rows]).encode())


def unpacked(rows: bytes) -> list[NoteRow]:
    """What :meth:`Sample.packed` made."""
    return [NoteRow(**row) for row in json.loads(zlib.decompress(rows))]


def sample(model: ModelVersion, stretch: Stretch) -> Sample:
    """Read at most MOST of the window's notes. What the caller did not let us keep can't be read."""
    found = _drawn(model, stretch)
    return read_notes(model, found, lambda _: found)


def read_notes(model: ModelVersion, ids: Collection[int], found_in: Callable[[Sequence[Note]], Found]) -> Sample:
    """The notes that are still there, by their ids. `found_in`: what the model found in some of them."""
    notes = Note.objects.filter(pk__in=ids, status=Note.Status.ACTIVE).order_by("pk")
    known = words_of_training(model)
    read: list[Note] = []
    rows: list[NoteRow] = []
    waiting = notes.iterator(AT_ONCE)
    while chunk := list(islice(waiting, AT_ONCE)):
        rows += _rows(model, chunk, found_in(chunk), known)
        read += chunk
    return Sample([note.pk for note in read], rows)


def _drawn(model: ModelVersion, stretch: Stretch) -> dict[int, list[ScoredSpan]]:
    """What was found in at most MOST notes of the stretch, drawn by lot: the first answer of each."""
    rows = Prediction.objects.filter(
        deployment__in=Deployment.objects.as_champion().filter(model=model),
        created_at__gte=stretch.start,
        created_at__lt=stretch.end,
        origin__in=(Prediction.Origin.API, Prediction.Origin.BATCH),
        outcome=Prediction.Outcome.OK,
        note__isnull=False,
    )
    seen = sorted(_seen(rows, _slices(model, stretch)))
    rng = Random(f"{model.pk}:{stretch.start}")  # noqa: S311 - a sample, nothing secret
    chosen = seen if len(seen) <= MOST else rng.sample(seen, MOST)
    first = rows.filter(note__in=chosen, model=model).order_by("note_id", "created_at", "pk").distinct("note_id")
    answers = first.values_list("note_id", "entities")
    return {note: [ScoredSpan(**entity) for entity in entities] for note, entities in answers if note is not None}


def _seen(rows: QuerySet[Prediction], slices: Sequence[tuple[datetime, datetime]]) -> set[int]:
    """Notes of the slices until there are MOST, or MOST_READ answers were looked at: the work has an end.

    A little of each slice first, so that no batch fills the sample; more of those only that hold more, round by round.
    """
    found: set[int] = set()
    waiting, start, left = list(slices), 0, MOST_READ
    while waiting:
        fuller = []
        for begin, end in waiting:
            inside = rows.filter(created_at__gte=begin, created_at__lt=end).order_by("created_at", "pk")
            ids = list(inside.values_list("note_id", flat=True)[start : start + min(max(FEW, start), left)])
            found.update(pk for pk in ids if pk is not None)
            left -= len(ids)
            if len(found) >= MOST or left <= 0:
                return found
            if len(ids) >= max(FEW, start):
                fuller.append((begin, end))
        waiting, start = fuller, start + max(FEW, start)
    return found


def _slices(model: ModelVersion, stretch: Stretch) -> list[tuple[datetime, datetime]]:
    """The stretch in SLICES parts, in an order that is the same each time."""
    part = (stretch.end - stretch.start) / SLICES
    edges = [stretch.start + number * part for number in range(SLICES)] + [stretch.end]
    parts = list(pairwise(edges))
    Random(f"slices {model.pk}:{stretch.start}").shuffle(parts)  # noqa: S311
    return parts


def _rows(model: ModelVersion, notes: Sequence[Note], found: Found, known: set[str]) -> list[NoteRow]:
    nlp, texts = nlp_of(model), [note.text for note in notes]
    with nlp.memory_zone():
        left_out = missed.expected(nlp, texts)
    return [
        row_of(text, found[note.pk], note.facets, known, more, note.patient)
        for note, text, more in zip(notes, texts, left_out, strict=True)
    ]


def words_of_training(model: ModelVersion) -> set[str]:
    """The words of the notes that the model learned from: what is in none of them is unseen. Never stored."""
    items = items_of(model.dataset, DatasetItem.Split.TRAIN)[:MOST_FOR_WORDS]
    return {word for item in items for word in words_of(item.note.text)}
