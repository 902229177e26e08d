"""What an export holds, row by row: straight from the columns, a note's text decrypted when its turn comes.

Nothing is kept, so a million notes need the memory of one batch. Notes that are withdrawn or erased never go out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time, timedelta
from heapq import merge
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery, TextChoices

from annotation.crypto import Sealed
from annotation.formats import Exported, ExportedSpan
from annotation.keys import keyring
from annotation.models import FACETS, Annotation, Note, Project, User
from training.models import ModelVersion, Prediction

BATCH = 500
NOTE = (
    "note_id",
    *(f"note__{name}" for name in ("external_id", "uid", "ciphertext", "wrapped_key", "key_id", *FACETS)),
)
REVISION = ("spans_json", "status", "revision", "author_id", "author_model", "created_at", "seconds")
PREDICTION = ("entities", "model_id", "created_at")


class What(TextChoices):
    GOLD = "gold", "Gold"
    REVISIONS = "revisions", "All revisions"
    PREDICTIONS = "predictions", "Predictions"


@dataclass(frozen=True, slots=True)
class Filters:
    """What an export is narrowed to; empty says nothing. ``since`` and ``until`` are ISO dates of UTC, both included.

    ``label`` takes notes with an entity of it, with all their entities. ``author`` is a user name, ``model`` the number
    of a version of the project.
    """

    label: str = ""
    status: str = ""
    facet: str = ""
    value: str = ""
    author: str = ""
    model: str = ""
    since: str = ""
    until: str = ""

    def to_json(self) -> dict[str, str]:
        return {name: value for name, value in asdict(self).items() if value}


def rows_of(project: Project, what: What, filters: Filters) -> tuple[Iterator[Exported], int]:
    """The rows of an export, those of a note behind each other, and how many there are.

    Predictions are what models answered to the platform or found in the audit, the newest of each model for each note,
    and what they suggested to annotators.
    """
    revisions = _narrowed(_revisions(project, what, filters), filters)
    if what != What.PREDICTIONS:
        return (row for _, row in _told(revisions)), revisions.count()
    predictions = _narrowed(_predictions(project, filters), filters)
    by_note = merge(_told(revisions), _answered(predictions), key=lambda pair: pair[0])
    return (row for _, row in by_note), revisions.count() + predictions.count()


def _revisions(project: Project, what: What, filters: Filters) -> QuerySet[Annotation]:
    # What waits for a second opinion stays in: whoever gives it could read it here.
    rows = Annotation.objects.filter(project=project).exclude(status=Annotation.Status.SUBMITTED)
    rows = rows.order_by("note_id", "revision")
    if what == What.GOLD:
        rows = rows.gold()
    elif what == What.PREDICTIONS:
        rows = rows.filter(origin=Annotation.Origin.PRELABEL)
    elif filters.status:
        rows = rows.filter(status=filters.status)
    if filters.author:
        rows = rows.filter(author__username=filters.author)
    if filters.model:
        rows = rows.filter(author_model=f"{project.slug} v{filters.model}")
    return rows.filter(spans_json__contains=[{"label": filters.label}]) if filters.label else rows


def _predictions(project: Project, filters: Filters) -> QuerySet[Prediction]:
    same = Prediction.objects.filter(note=OuterRef("note"), model=OuterRef("model"))
    newest = Subquery(same.order_by("-pk").values("pk")[:1])
    rows = Prediction.objects.filter(note__project=project, pk=newest).order_by("note_id", "pk")
    if filters.model:
        rows = rows.filter(model__project=project, model__number=filters.model)
    if filters.label:
        rows = rows.filter(entities__contains=[{"label": filters.label}])
    return rows.none() if filters.author else rows


def _narrowed(rows: QuerySet[Any], filters: Filters) -> QuerySet[Any]:
    rows = rows.filter(note__status=Note.Status.ACTIVE)
    if filters.facet:
        rows = rows.filter(**{f"note__{filters.facet}": filters.value})
    if filters.since:
        rows = rows.filter(created_at__gte=_midnight(filters.since))
    if filters.until:
        rows = rows.filter(created_at__lt=_midnight(filters.until) + timedelta(days=1))
    return rows


def _midnight(day: str) -> datetime:
    return datetime.combine(date.fromisoformat(day), time(), UTC)


def _told(rows: QuerySet[Annotation]) -> Iterator[tuple[int, Exported]]:
    """Rows by the id of their note, in its order."""
    names = {user.pk: str(user) for user in User.objects.all()}
    for row in rows.values_list(*NOTE, *REVISION, "guideline__version").iterator(BATCH):
        _, status, revision, author, author_model, at, seconds, guideline = row[len(NOTE) :]
        yield (
            row[0],
            Exported(
                *_note(row),
                status=status,
                revision=revision,
                author=names.get(author, ""),
                author_model=author_model,
                annotated_at=at.isoformat(),
                seconds=seconds,
                guideline=guideline or 0,
            ),
        )


def _answered(rows: QuerySet[Prediction]) -> Iterator[tuple[int, Exported]]:
    names = {model.pk: str(model) for model in ModelVersion.objects.select_related("project")}
    for row in rows.values_list(*NOTE, *PREDICTION).iterator(BATCH):
        _, model, at = row[len(NOTE) :]
        yield row[0], Exported(*_note(row), "prediction", 0, author_model=names[model], annotated_at=at.isoformat())


def _note(row: tuple[Any, ...]) -> tuple[str, str, tuple[ExportedSpan, ...], dict[str, str]]:
    """Id, text, spans and facets of a row, whose spans stand behind the columns of the note."""
    _, external_id, uid, ciphertext, wrapped_key, key_id, *facets = row[: len(NOTE)]
    text = keyring().open(Sealed(bytes(ciphertext), bytes(wrapped_key), key_id), bound_to=uid.bytes)
    said = {name: value for name, value in zip(FACETS, facets, strict=True) if value}
    return external_id, text, tuple(_span(span) for span in row[len(NOTE)]), said


def _span(row: dict[str, Any]) -> ExportedSpan:
    assertion, code = tuple(row.get("assertion") or ()), row.get("code") or ""
    return ExportedSpan(row["start"], row["end"], row["label"], row.get("score"), assertion, code)
