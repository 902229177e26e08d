"""A batch of answered notes, read by another model: what it found, and how that is kept."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from annotation.spans import ScoredSpan
from training.artefacts import nlp_of
from training.lanes import entities
from training.likeness import Likeness, together
from training.log_writing import add_minutes
from training.models import Deployment, Prediction
from training.models.prediction import found_fields
from training.traffic_counts import Counts, minute_of

logger = logging.getLogger(__name__)
Found = list[ScoredSpan] | None


@dataclass(frozen=True, slots=True)
class Reading:
    """``found`` beside ``answers``: the reader's entities of each note; None where it failed."""

    reader: Deployment
    answers: Sequence[Prediction]
    found: Sequence[Found]
    seconds: float

    @property
    def failed(self) -> int:
        return sum(spans is None for spans in self.found)

    def likeness_after(self, before: Mapping[str, Any]) -> dict[str, int]:
        """The sums of before with these notes: the reader's entities are the ``one``, those answered the ``other``."""
        pairs = zip(self.answers, self.found, strict=True)
        own = [Likeness.of([s.span for s in spans], row.spans) for row, spans in pairs if spans is not None]
        return (Likeness.read(before) + together(own)).to_json()

    def write(self, *, count: bool) -> None:
        """A row a note beside the answer's; `count` it as the reader's traffic too. Inside a transaction."""
        each = 1000 * self.seconds / len(self.answers) if self.answers else 0.0
        pairs = list(zip(self.answers, self.found, strict=True))
        Prediction.objects.bulk_create(self._row(row, spans, each) for row, spans in pairs)
        if count:
            counts = Counts()
            for row, spans in pairs:
                if spans is None:
                    counts.missed("failed")
                else:
                    counts.answered([["", row.length or 0, spans]], each)
            add_minutes({(self.reader.pk, minute_of(timezone.now())): counts})

    def _row(self, answer: Prediction, spans: Found, milliseconds: float) -> Prediction:
        return Prediction(
            model_id=self.reader.model_id,
            deployment=self.reader,
            note_id=answer.note_id,
            origin=Prediction.Origin.SHADOW,
            client_id=answer.client_id,
            request_id=answer.request_id,
            outcome=Prediction.Outcome.FAILED if spans is None else Prediction.Outcome.OK,
            length=answer.length,
            **found_fields(spans or ()),
            latency_ms=milliseconds,
        )


def read(answers: Sequence[Prediction], reader: Deployment) -> Reading:
    """Put the notes of `answers` to the reader's model. Raises ner.ArtefactError when it can't be loaded."""
    nlp, labels = nlp_of(reader.model), frozenset(reader.model.labels)
    texts = [row.note.text for row in answers if row.note]
    began = time.perf_counter()
    try:
        found: list[Found] = [*entities(nlp, texts, labels)]
    except Exception as error:
        logger.warning("%s can't read a batch: %s", reader.model, type(error).__name__)
        found = [_alone(nlp, text, labels) for text in texts]
    return Reading(reader, answers, found, time.perf_counter() - began)


def _alone(nlp: Any, text: str, labels: frozenset[str]) -> Found:
    """One note by itself, so that only the one to blame has no reading."""
    try:
        return entities(nlp, [text], labels)[0]
    except Exception as error:
        logger.warning("a note can't be read: %s", type(error).__name__)
        return None
