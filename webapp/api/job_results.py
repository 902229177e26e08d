"""``GET /api/v1/jobs/ID/results``: in pages while the job goes on, whole as JSONL, CSV or Parquet when it is over."""

from __future__ import annotations

import logging
from typing import Any, ClassVar
from uuid import UUID

from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.access import client_of
from training.batches.downloads import FORMATS, download
from training.batches.result_rows import rows_of
from training.models import Batch
from webapp.api.job import jobs_of, no_job
from webapp.api.job_rows import model_json
from webapp.api.openapi import PAGES, as_json, describe, path, query
from webapp.api.pages import LAST, number
from webapp.api.problems import problem
from webapp.api.schemas.build import UUID as UUID_TEXT
from webapp.api.schemas.build import one_of, ref, text, whole
from webapp.api.scopes import ScopedView

USUAL, MOST = 200, 1_000
CURSOR = PAGES[0]
FILES = {kind: {"schema": text()} for kind, *_ in FORMATS.values()}
logger = logging.getLogger(__name__)


class _FileRenderer(BaseRenderer):
    """Only named in ``?format=`` or ``Accept``: the file itself is streamed. An error is JSON all the same."""

    def render(self, data: Any, accepted_media_type: Any = None, renderer_context: Any = None) -> bytes:
        return JSONRenderer().render(data)


class JsonLinesRenderer(_FileRenderer):
    media_type, format = FORMATS["jsonl"][0], "jsonl"


class CsvRenderer(_FileRenderer):
    media_type, format = FORMATS["csv"][0], "csv"


class ParquetRenderer(_FileRenderer):
    media_type, format = FORMATS["parquet"][0], "parquet"


class JobResultsView(ScopedView):
    scopes: ClassVar[dict[str, str]] = {"GET": "jobs"}
    renderer_classes = (JSONRenderer, JsonLinesRenderer, CsvRenderer, ParquetRenderer)

    @describe(
        "Results of a job",
        tag="Jobs",
        scope="jobs",
        answers={200: {**as_json(ref("JobResults")), **FILES}},
        errors=(404, 409, 410, 422),
        asked=(
            path("uid", "Of the job.", UUID_TEXT),
            query("format", "All of a job that is over, as a file.", one_of("json", *FORMATS)),
            CURSOR,
            query("limit", "Rows of a page.", {**whole(least=1, most=MOST), "default": USUAL}),
        ),
    )
    def get(self, request: Request, uid: UUID) -> HttpResponseBase:
        batch = jobs_of(request).filter(uid=uid).first()
        if batch is None:
            return no_job(uid)
        if batch.wrapped_key is None:
            return problem(410, "The results of this job are gone: their time is over. Send the notes again.")
        # Who read which patients' words: ids only.
        logger.info("client %s reads results of batch %s", client_of(request).pk, batch.pk)
        asked = request.accepted_renderer.format
        return _page(batch, request) if asked == "json" else _file(batch, asked)


def _page(batch: Batch, request: Request) -> Response:
    limit = number(request.query_params.get("limit"), "limit", USUAL, MOST)
    after = number(request.query_params.get("cursor"), "cursor", 0, LAST)
    rows = list(rows_of(batch, after=after, limit=limit))
    last = rows[-1]["row"] if rows else after
    # While more may come, the cursor is there to ask again with.
    more = last < batch.rows if batch.is_over else True
    head = {"id": str(batch.uid), "status": batch.status, "index_type": batch.index_type, "model": model_json(batch)}
    return Response({**head, "results": rows, "next": str(last) if more else None})


def _file(batch: Batch, file_format: str) -> HttpResponseBase:
    if not batch.is_over:
        return problem(409, "The job is not over yet; ask again later, or read what is done in pages of JSON.")
    kind, name, pieces = download(batch, file_format)
    response = StreamingHttpResponse(pieces, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
