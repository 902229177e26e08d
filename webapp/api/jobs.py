"""``/api/v1/jobs``: any number of notes in one upload, read in the background; progress, cancel, go on."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from typing import ClassVar

from django.conf import settings
from rest_framework.parsers import JSONParser
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.access import client_of
from training.actions import batches
from training.batches.upload import TooLargeError, Upload
from training.models import Batch
from webapp.api import idempotency, job_rows, job_uploads
from webapp.api.documents import Options, RequestError
from webapp.api.job import JOB, jobs_of
from webapp.api.openapi import IDEMPOTENCY_KEY, PAGES, as_json, describe, query
from webapp.api.pages import page
from webapp.api.problems import problem
from webapp.api.schemas.build import listed, one_of, ref, text
from webapp.api.schemas.jobs import EXAMPLE
from webapp.api.schemas.parts import INDEX_TYPE, WORD
from webapp.api.scopes import ScopedView

BOTH: dict[str, str] = {"GET": "jobs", "HEAD": "jobs", "POST": "jobs"}
LOCATION = {202: {"Location": {"description": "The address of the job.", "schema": text()}}}
# What a JSON body says of itself, a file is told in the address.
OF_FILES = (
    query("store", "For JSONL and CSV.", one_of("true", "false")),
    query("index_type", "For JSONL and CSV.", INDEX_TYPE),
    query("client_ref", "For JSONL and CSV.", WORD),
)
FILES = {kind: {"schema": text()} for kind in ("application/x-ndjson", "text/csv")}
logger = logging.getLogger(__name__)


class JobsView(ScopedView):
    scopes: ClassVar[dict[str, str]] = BOTH
    parser_classes = (JSONParser, job_uploads.JsonLinesParser, job_uploads.CsvParser)

    @describe(
        "Jobs", tag="Jobs", scope="jobs", answers={200: as_json(listed("jobs", "Job"))}, errors=(422,), asked=PAGES
    )
    def get(self, request: Request) -> Response:
        found, following = page(jobs_of(request), request.query_params)
        return Response({"jobs": [job_rows.to_json(batch) for batch in found], "next": following})

    @describe(
        "Send a job",
        tag="Jobs",
        scope="jobs",
        body={**as_json(ref("JobRequest"), EXAMPLE), **FILES},
        answers={202: JOB},
        errors=(409,),
        asked=(IDEMPOTENCY_KEY, *OF_FILES),
        headers=LOCATION,
    )
    def post(self, request: Request) -> Response:
        file_format = job_uploads.format_of(request)
        if not file_format or request.headers.get("Content-Encoding", "identity") != "identity":
            kinds = ", ".join(job_uploads.FORMATS)
            return problem(415, f"The body is compressed or of another type; send {kinds} as it is.")
        try:
            options, upload = (job_uploads.inline if file_format == "json" else job_uploads.streamed)(request)
        except TooLargeError:
            return problem(413, f"The body has more than {settings.BATCH_MEGABYTES} MB; send it as several jobs.")
        except job_uploads.HalfSentError as error:
            return problem(400, str(error))
        except RequestError as error:
            return problem(422, str(error))
        return _once(request, upload, partial(_start, request, file_format, options, upload))


def _once(request: Request, upload: Upload, work: Callable[[], Response]) -> Response:
    """The answer, or that of the same request before; an upload that no job took is removed."""
    try:
        response = idempotency.once(request, work, body_sha256=upload.sha256)
    except BaseException:
        upload.vault.remove()
        raise
    if not Batch.objects.filter(uid=upload.vault.uid).exists():
        upload.vault.remove()
    if response.status_code == 202:
        response["Location"] = response.data["url"]
    return response


def _start(request: Request, file_format: str, options: Options, upload: Upload) -> Response:
    client = client_of(request)
    try:
        batch = batches.start(
            project=client.project,
            client=client,
            upload=upload,
            file_format=file_format,
            store=options.store,
            index_type=options.index_type,
            client_ref=options.client_ref,
        )
    except batches.NoModel as error:
        return problem(503, str(error), headers={"Retry-After": "5"})
    logger.info("client %s sent batch %s of %s bytes", client.pk, batch.pk, upload.size)
    return Response(job_rows.to_json(batch), status=202)
