"""What somebody means who types "run 5", "model v3", "dataset 2", a note's number or id, a request's id."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Model, QuerySet

from annotation.models import Note, Project
from training.models import Dataset, ModelVersion, Prediction, Run

NAMED = re.compile(
    r"(?P<kind>note|run|model|version|v|dataset|test\s*set|prediction|request)\s*[#:]?\s*v?(?P<number>\d{1,18})",
    re.IGNORECASE,
)
NUMBER = re.compile(r"#?(\d{1,18})")
FEW = 25


@dataclass(frozen=True, slots=True)
class Found:
    """A row that somebody may have meant."""

    kind: str
    row: Model


def found_by(typed: str, *, project: Project, notes: bool) -> list[Found]:
    """The rows of the project that `typed` may mean; `notes` says whether the person may see notes."""
    typed = typed.strip()
    found: list[Found] = []
    if "\x00" in typed:  # PostgreSQL's texts hold none
        return found
    if match := NAMED.fullmatch(typed):
        kind = re.sub(r"\s", "", match["kind"].lower())
        found = _rows(KINDS[kind], project, int(match["number"]))
    elif match := NUMBER.fullmatch(typed):
        found = _rows(KINDS["note"], project, int(match[1]))
    elif uid := _uuid(typed):
        asked = (
            Prediction.objects.filter(note__project=project, request_id=uid)
            .select_related("model__project")
            .order_by("pk")
        )
        found = [Found("prediction", row) for row in asked[:FEW]]
        found += [Found("note", row) for row in Note.objects.filter(project=project, uid=uid)]
    if typed:
        named = Note.objects.filter(project=project, external_id=typed)
        found += [Found("note", row) for row in named if row.pk not in {one.row.pk for one in found}]
    return [one for one in found if notes or one.kind != "note"]


def _rows(kind: tuple[str, Callable[[Project, int], QuerySet[Model]]], project: Project, number: int) -> list[Found]:
    name, rows = kind
    return [Found(name, row) for row in rows(project, number)]


def _uuid(typed: str) -> UUID | None:
    try:
        return UUID(typed)
    except ValueError:
        return None


def _answers(project: Project) -> QuerySet[Prediction]:
    return Prediction.objects.filter(note__project=project).select_related("model__project")


def _model(project: Project, number: int) -> QuerySet[ModelVersion]:
    return ModelVersion.objects.filter(project=project, number=number)


def _dataset(kind: Dataset.Kind) -> Callable[[Project, int], QuerySet[Dataset]]:
    return lambda project, number: Dataset.objects.filter(project=project, kind=kind, version=number)


KINDS: dict[str, tuple[str, Callable[[Project, int], QuerySet[Model]]]] = {
    "note": ("note", lambda project, number: Note.objects.filter(project=project, pk=number)),
    "run": ("run", lambda project, number: Run.objects.filter(project=project, pk=number)),
    **dict.fromkeys(("model", "version", "v"), ("model", _model)),
    "dataset": ("dataset", _dataset(Dataset.Kind.SNAPSHOT)),
    "testset": ("dataset", _dataset(Dataset.Kind.TEST)),
    "prediction": (
        "prediction",
        lambda project, number: Prediction.objects.filter(note__project=project, pk=number).select_related(
            "model__project"
        ),
    ),
}
KINDS["request"] = KINDS["prediction"]
