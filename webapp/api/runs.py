"""``/api/v1/runs``: trainings, experiments and their trials, what each step took, and a new training."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.access import client_of
from annotation.errors import ActionError
from annotation.models import Project
from training.actions import runs as actions
from training.models import Run
from webapp.api.orders import OrderError, parse
from webapp.api.pages import page
from webapp.api.problems import problem
from webapp.api.run_rows import step_to_json, to_json
from webapp.api.scopes import ReadView, ScopedView

# Imports and exports are not for keys: their parameters name files and people.
KINDS = (Run.Kind.PIPELINE, Run.Kind.EXPERIMENT, Run.Kind.TRIAL)


class RunsView(ScopedView):
    scopes: ClassVar[dict[str, str]] = {"GET": "read", "HEAD": "read", "POST": "train"}

    def get(self, request: Request) -> Response:
        """The newest first."""
        found, following = page(of_project(client_of(request).project), request.query_params)
        return Response({"runs": [to_json(row) for row in found], "next": following})

    def post(self, request: Request) -> Response:
        """Start the whole pipeline over all gold there is; somebody approves what comes of it."""
        client = client_of(request)
        try:
            params = {**parse(request.data), "client": client.name}
        except OrderError as error:
            return problem(422, str(error))
        try:
            run = actions.start_training(project=client.project, by=None, trigger=Run.Trigger.API, params=params)
        except ActionError as error:
            return problem(409, str(error))
        return Response(_whole(run), status=201)


class RunView(ReadView):
    def get(self, request: Request, number: int) -> Response:
        row = of_project(client_of(request).project).filter(pk=number).first()
        return no_run(number) if row is None else Response(_whole(row))


def of_project(project: Project) -> QuerySet[Run]:
    rows = Run.objects.filter(project=project, kind__in=KINDS)
    return rows.select_related("model").defer("environment")


def no_run(number: int) -> Response:
    return problem(404, f"There is no run {number}; see /api/v1/runs.")


def _whole(row: Run) -> dict[str, Any]:
    steps = row.steps.order_by("position").defer("log", "outputs")
    return {**to_json(row), "steps": [step_to_json(step) for step in steps]}
