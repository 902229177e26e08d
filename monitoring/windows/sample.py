"""The notes of a window that are read: drawn by lot among those that the champion answered, each once."""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from annotation.intake import FACETS
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


def sample(model: ModelVersion, stretch: Stretch, answers: int) -> Sample:
    """Read at most MOST of the window's notes. What the caller did not let us keep can't be read."""
    found = _drawn(model, stretch, answers)
    notes = Note.objects.filter(pk__in=found, status=Note.Status.ACTIVE).order_by("pk")
    known = words_of_training(model)
    read: list[Note] = []
    rows: list[NoteRow] = []
    waiting = notes.iterator(AT_ONCE)
    while chunk := list(islice(waiting, AT_ONCE)):
        rows += _rows(model, chunk, found, known)
        read += chunk
    return Sample([note.pk for note in read], rows)


def _drawn(model: ModelVersion, stretch: Stretch, answers: int) -> dict[int, list[ScoredSpan]]:
    """What was found in each note that the lot chose: the first answer, where there are several."""
    rows = Prediction.objects.filter(
        deployment__in=Deployment.objects.filter(model=model, role=Deployment.Role.CHAMPION, environment="prod"),
        created_at__gte=stretch.start,
        created_at__lt=stretch.end,
        origin__in=(Prediction.Origin.API, Prediction.Origin.BATCH),
        outcome=Prediction.Outcome.OK,
        note__isnull=False,
    )
    # Ids are given in turn, so their rest by a prime is a lot: of ten million answers some thousand are looked at.
    if answers > 4 * MOST:
        prime = 999_983
        rows = rows.extra(where=["mod(id * 7919, %s) < %s"], params=[prime, int(prime * 2 * MOST / answers)])
    found: dict[int, list[ScoredSpan]] = {}
    for note, entities in rows.order_by("pk").values_list("note_id", "entities"):
        found.setdefault(note, [ScoredSpan(**entity) for entity in entities])
    step = max(1, -(-len(found) // MOST))
    chosen = sorted(found)[::step]
    return {note: found[note] for note in chosen}


def _rows(
    model: ModelVersion, notes: Sequence[Note], found: dict[int, list[ScoredSpan]], known: set[str]
) -> list[NoteRow]:
    nlp, texts = nlp_of(model), [note.text for note in notes]
    with nlp.memory_zone():
        left_out = missed.expected(nlp, texts)
    return [
        row_of(text, found[note.pk], {name: getattr(note, name) for name in FACETS}, known, more, note.patient)
        for note, text, more in zip(notes, texts, left_out, strict=True)
    ]


def words_of_training(model: ModelVersion) -> set[str]:
    """The words of the notes that the model learned from: what is in none of them is unseen. Never stored."""
    items = items_of(model.dataset, DatasetItem.Split.TRAIN)[:MOST_FOR_WORDS]
    return {word for item in items for word in words_of(item.note.text)}
