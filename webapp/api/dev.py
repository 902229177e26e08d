"""``POST /api/v1/dev/ID/extract``: the entities by a version under test. Nothing is stored, nothing counts."""

from __future__ import annotations

import uuid
from typing import ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from annotation.access import client_of
from training import dev_serving, serving
from training.models import Deployment
from webapp.api import answers
from webapp.api.documents import Incoming, Options, RequestError, characters_of, parse, parse_options
from webapp.api.openapi import as_json, describe, path
from webapp.api.problems import problem
from webapp.api.schemas.build import ref
from webapp.api.schemas.extract import EXAMPLE
from webapp.api.scopes import ScopedView

Environment = Deployment.Environment


class DevExtractView(ScopedView):
    """The schema is that of extract; ``model.role`` is "test"."""

    scopes: ClassVar[dict[str, str]] = {"POST": "extract"}

    @describe(
        "Entities by a version under test",
        tag="Extract",
        scope="extract",
        body=as_json(ref("ExtractRequest"), EXAMPLE),
        answers={200: as_json(ref("ExtractAnswer"))},
        errors=(404, 410),
        asked=(path("pk", "The number of the development deployment."),),
    )
    def post(self, request: Request, pk: int) -> Response:
        rows = Deployment.objects.filter(project=client_of(request).project_id, environment=Environment.DEV)
        deployment = rows.select_related("project", "model__project").filter(pk=pk).first()
        if deployment is None:
            return problem(
                404, f"There is no development deployment {pk}; see the deployments page for their addresses."
            )
        if deployment.status != Deployment.Status.ACTIVE:
            return problem(410, f"The development deployment {pk} was ended; start another on the model's page.")
        try:
            options, documents = parse_options(request.data), parse(request.data)
        except RequestError as error:
            return problem(422, str(error))
        self.documents = len(documents)
        self.characters = characters_of(documents)
        return _answered(deployment, documents, options)


def _answered(deployment: Deployment, documents: list[Incoming], options: Options) -> Response:
    readable = [document for document in documents if document.note]
    if not readable:
        return answers.nothing_readable(documents)
    texts = [document.note.text for document in readable if document.note]
    answered = dev_serving.predict(serving.engine(), deployment, texts)
    found = {id(each): answers.Found(entities) for each, entities in zip(readable, answered.entities, strict=True)}
    doubt = deployment.project.doubt_threshold
    return Response(answers.body(uuid.uuid4(), answered.served, documents, found, options=options, doubt=doubt))
