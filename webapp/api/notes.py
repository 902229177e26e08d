"""``GET /api/v1/datasets/VERSION/notes``: the notes of a dataset with their gold, a page at a time."""

from __future__ import annotations

import logging
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from annotation.access import client_of
from annotation.models import Note
from training.models import Dataset, DatasetItem
from webapp.api.datasets import no_dataset, sealed
from webapp.api.openapi import PAGES, as_json, describe, path, query
from webapp.api.pages import page
from webapp.api.problems import problem
from webapp.api.schemas.build import listed, one_of
from webapp.api.scopes import ReadView

logger = logging.getLogger(__name__)


class NotesView(ReadView):
    """In the order of their ids. Those withdrawn or erased since are left out, and those of the audit sample."""

    @describe(
        "Notes of a dataset",
        tag="Reading",
        scope="read",
        answers={200: as_json(listed("notes", "DatasetNote"))},
        errors=(404, 422),
        asked=(
            path("version", "Of the dataset."),
            query("split", "One of them.", one_of("train", "dev", "test")),
            *PAGES,
        ),
    )
    def get(self, request: Request, version: int) -> Response:
        client, split = client_of(request), request.query_params.get("split", "")
        if split and split not in DatasetItem.Split.values:
            return problem(422, f'"split" is none; send one of {", ".join(DatasetItem.Split.values)}, or leave it out.')
        dataset = sealed(client.project).filter(version=version).first()
        if dataset is None:
            return no_dataset(version)
        found, following = page(_items(dataset, split), request.query_params, by="note_id", newest_first=False)
        # Who read which patients' texts: ids only.
        logger.info("client %s read %s notes of dataset %s", client.pk, len(found), dataset.pk)
        return Response({"notes": [to_json(item) for item in found], "next": following})


def _items(dataset: Dataset, split: str) -> Any:
    readable = Note.objects.filter(status=Note.Status.ACTIVE).outside_audit()
    rows = dataset.items.filter(note__in=readable).select_related("note", "annotation")
    return rows.filter(split=split) if split else rows


def to_json(item: DatasetItem) -> dict[str, Any]:
    note = item.note
    return {
        "id": note.pk,
        "uid": str(note.uid),
        "split": item.split,
        "text": note.text,
        "spans": [span.to_json() for span in item.annotation.marked],
        "facets": note.facets,
        "received_at": note.received_at,
    }
