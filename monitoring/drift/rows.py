"""What is kept of a note for drift: counts, never a word of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol
from zlib import crc32

from annotation.spans import ScoredSpan

# Words are counted by the bucket that they fall into, so a row holds none of them.
BUCKETS = 64
SCORE_EDGES = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)
# The signs of Devanagari's vowels are no letters to Python, and without them it has no words.
_WORD = re.compile("(?:[^\\W\\d_]|[\u0900-\u0963\u0970-\u097f]){3,}")
_DEVANAGARI = re.compile("[\u0900-\u0963\u0970-\u097f]")


@dataclass(frozen=True, slots=True)
class NoteRow:
    """A note in figures.

    `words` of three letters or more, `unseen`: those in no note of the training data, `capitals`: share of its letters,
    `devanagari`: share of its letters, `tokens`: words by bucket, `labels`: entities by label, `scores`: entities by
    the bin of their score, `certain`: sum of the scores, `missed`: entities that the model expects to have missed;
    `patient`: a pseudonym, for notes of one patient are alike; empty where it is not known.
    """

    words: int
    unseen: int
    capitals: float
    devanagari: float
    tokens: Mapping[str, int]
    labels: Mapping[str, int]
    scores: Sequence[int]
    certain: float
    missed: float
    facets: Mapping[str, str]
    patient: str = ""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def entities(self) -> int:
        return sum(self.labels.values())


class Of(Protocol):
    """A note of somebody: the patient's pseudonym, empty where it is not known."""

    @property
    def patient(self) -> str: ...


def whose(rows: Iterable[Of]) -> list[str]:
    """The patient of each note; one of nobody known is by itself."""
    return [row.patient or f"note {number}" for number, row in enumerate(rows)]


def words_of(text: str) -> list[str]:
    """Its words of three letters or more, in lower case: what is known or unseen."""
    return _WORD.findall(text.lower())


def row_of(
    text: str,
    entities: Sequence[ScoredSpan],
    facets: Mapping[str, str],
    known: Collection[str],
    missed: float = 0.0,
    patient: str = "",
) -> NoteRow:
    """`known`: the words of the training data; `missed`: as :func:`training.ner.missed.expected` counts it."""
    words = words_of(text)
    letters = [letter for letter in text if letter.isalpha() or _DEVANAGARI.match(letter)]
    scores = [0] * (len(SCORE_EDGES) + 1)
    for entity in entities:
        scores[sum(entity.score >= edge for edge in SCORE_EDGES)] += 1
    return NoteRow(
        words=len(words),
        unseen=sum(word not in known for word in words),
        capitals=sum(letter.isupper() for letter in letters) / max(1, len(letters)),
        devanagari=len(_DEVANAGARI.findall(text)) / max(1, len(letters)),
        tokens=dict(Counter(str(crc32(word.encode()) % BUCKETS) for word in words)),
        labels=dict(Counter(entity.label for entity in entities)),
        scores=scores,
        certain=sum(entity.score for entity in entities),
        missed=missed,
        facets=dict(facets),
        patient=patient,
    )
