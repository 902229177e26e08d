"""What a writer gets, a row a revision or prediction, and what it tells: how much was written and what did not fit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

SHOWN_PLACES = 20


class ExportedSpan(NamedTuple):
    """An entity in code points, with the model's ``score`` where it is one's, and what a person said of it."""

    start: int
    end: int
    label: str
    score: float | None = None
    assertion: tuple[str, ...] = ()
    code: str = ""

    def to_json(self) -> dict[str, Any]:
        row: dict[str, Any] = {"start": self.start, "end": self.end, "label": self.label}
        if self.score is not None:
            row["score"] = self.score
        if self.assertion:
            row["assertion"] = list(self.assertion)
        if self.code:
            row["code"] = self.code
        return row


@dataclass(frozen=True, slots=True)
class Exported:
    """One revision of a note, or what a model found in it. ``spans`` None: nothing is known, ``()``: none.

    ``status`` is the annotation's, or ``prediction``. ``author`` is a person and ``author_model`` a model version;
    one of them is empty. ``annotated_at`` is ISO 8601, ``guideline`` the version in force (0: none).
    """

    external_id: str
    text: str
    spans: tuple[ExportedSpan, ...] | None
    facets: Mapping[str, str] = field(default_factory=dict)
    status: str = "gold"
    revision: int = 1
    author: str = ""
    author_model: str = ""
    annotated_at: str = ""
    seconds: int = 0
    guideline: int = 0

    def made(self) -> dict[str, Any]:
        """Who made it, when and how: what a format with room for it keeps."""
        return {
            "status": self.status,
            "revision": self.revision,
            "author": self.author,
            "author_model": self.author_model,
            "annotated_at": self.annotated_at,
            "seconds": self.seconds,
            "guideline": self.guideline,
        }

    @property
    def scores(self) -> list[float]:
        return [span.score for span in self.spans or () if span.score is not None]


@dataclass(slots=True)
class Loss:
    """Something the format can't hold: a sentence, how often, and the first places (note, start, end)."""

    sentence: str
    count: int = 0
    places: list[tuple[str, int, int]] = field(default_factory=list)


@dataclass(slots=True)
class Written:
    """The account of an export. ``losses`` by kind, so that each is told once."""

    notes: int = 0
    spans: int = 0
    losses: dict[str, Loss] = field(default_factory=dict)

    def row(self, row: Exported) -> None:
        self.notes += 1
        self.spans += len(row.spans or ())

    def lose(self, sentence: str, row: Exported, start: int = 0, end: int = 0, *, count: int = 1) -> None:
        loss = self.losses.get(sentence)
        if loss is None:
            loss = self.losses[sentence] = Loss(sentence)
        loss.count += count
        if len(loss.places) < SHOWN_PLACES:
            loss.places.append((row.external_id, start, end))

    def to_json(self) -> dict[str, Any]:
        losses = [
            {
                "what": loss.sentence,
                "count": loss.count,
                "places": [{"id": name, "start": start, "end": end} for name, start, end in loss.places],
            }
            for loss in self.losses.values()
        ]
        return {"notes": self.notes, "spans": self.spans, "losses": losses}


FACETS_LOST = "Facets are not in this format; export JSONL or CSV to keep them."
MADE_LOST = "Annotator, model version, revision, status, time and guideline are not in this format."
SCORES_LOST = "Scores are not in this format."
ASSERTION_LOST = "Assertions are not in this format."
CODES_LOST = "ICD-10 codes are not in this format."
NESTED_LOST = "A span inside another one was left out: this format holds one label a token."
UNKNOWN_LOST = "A note that nobody annotated was left out: in this format it would say that it has no entity."
LABEL_CHANGED = "A label with white space in it is written with _ instead."
RENAMED = "The id was written in another way, as this format needs it."


def joined_label(span: ExportedSpan, row: Exported, written: Written) -> str:
    """The label as one word, for formats that part columns at spaces."""
    label = "_".join(span.label.split())
    if label != span.label:
        written.lose(LABEL_CHANGED, row, span.start, span.end)
    return label


def lose_made(written: Written, row: Exported) -> None:
    """Account for a row's facets and provenance where a format has no room for them."""
    written.lose(MADE_LOST, row)
    if any(row.facets.values()):
        written.lose(FACETS_LOST, row)


def lose_marks(written: Written, row: Exported, *, codes: bool = True) -> None:
    """Account for scores, assertions and (with `codes`) codes where a format has no room for them."""
    for span in row.spans or ():
        if span.score is not None:
            written.lose(SCORES_LOST, row, span.start, span.end)
        if span.assertion:
            written.lose(ASSERTION_LOST, row, span.start, span.end)
        if codes and span.code:
            written.lose(CODES_LOST, row, span.start, span.end)


def outermost(spans: tuple[ExportedSpan, ...]) -> list[ExportedSpan]:
    """The spans that lie in no other one, in order; of two at one place the first."""
    kept: list[ExportedSpan] = []
    for span in sorted(spans, key=lambda s: (s.start, -s.end)):
        if not kept or span.start >= kept[-1].end:
            kept.append(span)
    return kept
