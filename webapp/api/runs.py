"""``/api/v1/runs``: trainings, experiments and their trials, evaluations, what each step took; and a new one."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.access import client_of
from annotation.errors import ActionError
from annotation.models import Client, Project
from training.actions import runs as actions
from training.actions.evaluations import evaluate_again
from training.models import ModelVersion, Run
from webapp.api.openapi import PAGES, as_json, describe, path
from webapp.api.orders import OrderError, model_of, parse
from webapp.api.pages import page
from webapp.api.problems import problem
from webapp.api.run_rows import step_to_json, to_json
from webapp.api.schemas.build import listed, ref
from webapp.api.scopes import ReadView, ScopedView

# Imports and exports are not for keys: their parameters name files and people.
KINDS = (Run.Kind.PIPELINE, Run.Kind.EXPERIMENT, Run.Kind.TRIAL, Run.Kind.EVALUATE)


class RunsView(ScopedView):
    scopes: ClassVar[dict[str, str]] = {"GET": "read", "HEAD": "read", "POST": "train"}

    @describe(
        "Runs",
        tag="Reading",
        scope="read",
        answers={200: as_json(listed("runs", "Run"))},
        errors=(422,),
        asked=PAGES,
    )
    def get(self, request: Request) -> Response:
        """The newest first."""
        found, following = page(of_project(client_of(request).project), request.query_params)
        return Response({"runs": [to_json(row) for row in found], "next": following})

    @describe(
        "Start a run",
        tag="Reading",
        scope="train",
        body=as_json(ref("RunRequest"), {"recipe": "spacy", "seed": 1}),
        answers={201: as_json(ref("OneRun"))},
        errors=(409,),
    )
    def post(self, request: Request) -> Response:
        """Start the whole pipeline over all gold there is, or with `kind` "evaluate" the evaluation of a version."""
        try:
            return Response(_whole(_started(client_of(request), request.data)), status=201)
        except OrderError as error:
            return problem(422, str(error))
        except ActionError as error:
            return problem(409, str(error))


def _started(client: Client, body: object) -> Run:
    """Raises OrderError when the order can't be read, ActionError when it can't be carried out now."""
    number, said = model_of(body), {"client": client.name}
    if number is None:
        said = {**parse(body), **said}
        return actions.start_training(project=client.project, by=None, trigger=Run.Trigger.API, params=said)
    model = ModelVersion.objects.select_related("project", "run").filter(project=client.project, number=number).first()
    if model is None:
        raise OrderError(f"There is no model version {number}; see /api/v1/models.")
    return evaluate_again(model=model, by=None, trigger=Run.Trigger.API, params=said)


class RunView(ReadView):
    @describe(
        "One run",
        tag="Reading",
        scope="read",
        answers={200: as_json(ref("OneRun"))},
        errors=(404,),
        asked=(path("number", "Its number."),),
    )
    def get(self, request: Request, number: int) -> Response:
        row = of_project(client_of(request).project).filter(pk=number).first()
        return no_run(number) if row is None else Response(_whole(row))


def of_project(project: Project) -> QuerySet[Run]:
    rows = Run.objects.filter(project=project, kind__in=KINDS)
    return rows.select_related("model", "subject").defer("environment")


def no_run(number: int) -> Response:
    return problem(404, f"There is no run {number}; see /api/v1/runs.")


def _whole(row: Run) -> dict[str, Any]:
    steps = row.steps.order_by("position").defer("log", "outputs")
    return {**to_json(row), "steps": [step_to_json(step) for step in steps]}
