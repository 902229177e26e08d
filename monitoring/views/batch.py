"""One batch: how far it is, what was quarantined and why, its files, and what a person may do with it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from annotation.access import Right, person, with_object
from annotation.errors import ActionError
from monitoring.runs.timing import words
from training.actions import batches as actions
from training.batches.downloads import FORMATS, download
from training.batches.progress import progress
from training.models import Batch

SHOWN_ERRORS = 200
TITLES = {"jsonl": "JSONL", "csv": "CSV", "parquet": "Parquet"}
logger = logging.getLogger(__name__)


def rows() -> QuerySet[Batch]:
    return Batch.objects.select_related("client", "created_by", "model__project", "deployment")


@require_GET
@with_object(rows, Right.VIEW)
def batch(request: HttpRequest, batch: Batch) -> HttpResponse:
    return render(request, "monitoring/batch.html", context_of(request, batch))


@require_GET
@with_object(rows, Right.VIEW)
def status(request: HttpRequest, batch: Batch) -> HttpResponse:
    """What the page fetches while the batch goes on."""
    return render(request, "monitoring/_batch_live.html", context_of(request, batch))


def context_of(request: HttpRequest, batch: Batch) -> dict[str, Any]:
    now = progress(batch)
    rights = request.rights  # type: ignore[attr-defined]
    seconds = (batch.ended_at - batch.started_at).total_seconds() if batch.ended_at and batch.started_at else None
    return {
        "batch": batch,
        "percent": None if now.share is None else int(100 * now.share),
        "rate": now.rows_per_second,
        "left": words(now.seconds_left),
        "took": words(seconds),
        "errors": batch.results.exclude(errors=[]).order_by("row")[:SHOWN_ERRORS],
        "shown": SHOWN_ERRORS,
        "bad": batch.failed + batch.quarantined,
        "may_send": Right.IMPORT in rights,
        "may_fetch": Right.EXPORT in rights,
        "formats": TITLES.items(),
        "days": settings.BATCH_DAYS,
    }


@require_GET
@with_object(rows, Right.EXPORT)
def fetch(request: HttpRequest, batch: Batch, file_format: str) -> HttpResponseBase:
    if file_format not in FORMATS:
        raise Http404("No such file.")
    if not batch.is_over or batch.wrapped_key is None:
        messages.warning(request, "The results are not there: the batch is not over, or its time is.")
        return redirect("batch", pk=batch.pk)
    logger.info("results of batch %s downloaded by user %s", batch.pk, person(request).pk)
    kind, name, pieces = download(batch, file_format)
    answer = StreamingHttpResponse(pieces, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "no-store"
    return answer


def _act(act: Callable[..., None], sentence: str) -> Callable[..., HttpResponseBase]:
    @require_POST
    @with_object(rows, Right.IMPORT)
    def view(request: HttpRequest, batch: Batch) -> HttpResponse:
        try:
            act(batch=batch)
            messages.success(request, sentence)
        except ActionError as error:
            messages.warning(request, str(error))
        return redirect("batch", pk=batch.pk)

    return view


cancel = _act(actions.cancel, "The batch is cancelled. What was found until now can be fetched.")
resume = _act(actions.go_on, "The batch goes on with what is left of it.")
