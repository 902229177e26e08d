"""``/api/v1/jobs/ID``: one job: how far it is, cancel, go on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.access import client_of
from annotation.errors import TooLate
from training.actions import batches
from training.models import Batch
from webapp.api import job_rows
from webapp.api.openapi import as_json, describe, path
from webapp.api.problems import problem
from webapp.api.schemas.build import UUID as UUID_TEXT
from webapp.api.schemas.build import ref
from webapp.api.scopes import ScopedView

JOB = as_json(ref("Job"))
JOB_ID = path("uid", "Of the job.", UUID_TEXT)


def jobs_of(request: Request) -> QuerySet[Batch]:
    """The project's jobs: whoever holds a key with the scope may look after those of one that was revoked."""
    rows = Batch.objects.filter(project=client_of(request).project_id)
    return rows.select_related("project", "model", "deployment")


def no_job(uid: UUID) -> Response:
    return problem(404, f"There is no job {uid}; see /api/v1/jobs.")


class JobView(ScopedView):
    scopes: ClassVar[dict[str, str]] = {"GET": "jobs", "HEAD": "jobs"}

    @describe("One job", tag="Jobs", scope="jobs", answers={200: JOB}, errors=(404,), asked=(JOB_ID,))
    def get(self, request: Request, uid: UUID) -> Response:
        batch = jobs_of(request).filter(uid=uid).first()
        return Response(job_rows.to_json(batch)) if batch else no_job(uid)


class _ActView(ScopedView):
    """What a POST does to a job; 409 when it can't be done any more."""

    scopes: ClassVar[dict[str, str]] = {"POST": "jobs"}
    act: ClassVar[Callable[..., None]]

    def post(self, request: Request, uid: UUID) -> Response:
        batch = jobs_of(request).filter(uid=uid).first()
        if batch is None:
            return no_job(uid)
        try:
            type(self).act(batch=batch)
        except TooLate as error:
            return problem(409, str(error))
        batch.refresh_from_db()
        return Response(job_rows.to_json(batch))


def _act(summary: str) -> Callable[..., Any]:
    return extend_schema_view(
        post=describe(summary, tag="Jobs", scope="jobs", answers={200: JOB}, errors=(404, 409), asked=(JOB_ID,))
    )


@_act("Cancel a job")
class JobCancelView(_ActView):
    act = staticmethod(batches.cancel)


@_act("Go on with a job")
class JobResumeView(_ActView):
    """The rest of a job that failed; what is done stays."""

    act = staticmethod(batches.go_on)
