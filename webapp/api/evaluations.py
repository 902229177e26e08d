"""``GET /api/v1/runs/N/evaluations``: how the models of a run did, down to each note. Offsets, no words."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from annotation.access import client_of
from annotation.models import Note
from training.models import Evaluation
from webapp.api.openapi import as_json, describe, path
from webapp.api.runs import no_run, of_project
from webapp.api.schemas.build import record, ref, rows
from webapp.api.scopes import ReadView

COUNTS = ("tp", "fp", "fn")


class EvaluationsView(ReadView):
    @describe(
        "Evaluations of a run",
        tag="Reading",
        scope="read",
        answers={200: as_json(record(evaluations=rows(ref("Evaluation"))))},
        errors=(404,),
        asked=(path("number", "Of the run."),),
    )
    def get(self, request: Request, number: int) -> Response:
        run = of_project(client_of(request).project).filter(pk=number).first()
        if run is None:
            return no_run(number)
        found = list(run.evaluations.select_related("dataset", "model").order_by("split", "role"))
        readable = _readable({row[0] for evaluation in found for row in evaluation.per_note})
        return Response({"evaluations": [to_json(row, readable) for row in found]})


def _readable(note_ids: Collection[int]) -> set[int]:
    """Those of the notes that the notes' own address gives too: the scores hold the others, the rows don't."""
    notes = Note.objects.filter(pk__in=note_ids, status=Note.Status.ACTIVE).outside_audit()
    return set(notes.order_by().values_list("pk", flat=True))


def to_json(row: Evaluation, readable: Collection[int]) -> dict[str, Any]:
    told = [note for note in row.per_note if note[0] in readable]
    return {
        "role": row.role,
        "split": row.split,
        "dataset": row.dataset.version,
        "model": row.model.number if row.model else None,
        "scores": row.scores,
        "difference": row.difference,
        "per_label": row.per_label,
        "slices": row.slices,
        "misaligned": row.misaligned,
        "notes": [_note(note, row.found.get(str(note[0]), ())) for note in told],
        "left_out": len(row.per_note) - len(told),
    }


def _note(row: list[Any], found: Iterable[list[Any]]) -> dict[str, Any]:
    return {
        "id": row[0],
        **_counts(row[1:4]),
        "labels": {label: _counts(numbers) for label, numbers in (row[4] if len(row) > 4 else {}).items()},
        "found": [{"start": start, "end": end, "label": label} for start, end, label in found],
    }


def _counts(numbers: list[int]) -> dict[str, int]:
    return dict(zip(COUNTS, numbers, strict=True))
