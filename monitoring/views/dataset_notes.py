"""The notes of a dataset and the words that are marked in them: for those who read notes."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from annotation.access import Right, hidden_from, with_object
from monitoring.datasets import notes, words
from monitoring.datasets.listing import NAMES, labels_of
from monitoring.views.dataset import rows
from training.models import Dataset


@require_GET
@with_object(rows, Right.READ_NOTES)
def dataset_notes(request: HttpRequest, dataset: Dataset) -> HttpResponse:
    filters = _filters(request, dataset)
    items, following = notes.page(dataset, filters)
    hidden = hidden_from(request, [item.note_id for item in items])
    context = {
        "dataset": dataset,
        "filters": filters,
        "rows": notes.rows(items, hidden, by_label=bool(filters.label)),
        "next": following,
        "splits": {split: name for split, name in NAMES.items() if split in dataset.summary},
        "labels": list(labels_of(dataset)),
    }
    return render(request, "monitoring/dataset_notes.html", context)


def _filters(request: HttpRequest, dataset: Dataset) -> notes.Filters:
    """What is not on offer filters nothing."""
    split, label, after = (request.GET.get(name, "") for name in ("split", "label", "after"))
    return notes.Filters(
        split if split in dataset.summary else "",
        label if label in labels_of(dataset) else "",
        int(after) if after.isascii() and after.isdigit() and len(after) < 19 else 0,
    )


@require_GET
@with_object(rows, Right.READ_NOTES)
def dataset_words(request: HttpRequest, dataset: Dataset) -> HttpResponse:
    found = words.words(dataset, lambda ids: hidden_from(request, ids))
    return render(request, "monitoring/dataset_words.html", {"dataset": dataset, "words": found})
