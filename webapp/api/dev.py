"""``POST /api/v1/dev/ID/extract``: the entities by a version under test. Nothing is stored, nothing counts."""

from __future__ import annotations

import uuid
from typing import ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from annotation.access import client_of
from training import dev_serving, serving
from training.models import Deployment
from webapp.api.documents import Incoming, RequestError, parse, to_json
from webapp.api.problems import problem
from webapp.api.scopes import ScopedView

Environment = Deployment.Environment


class DevExtractView(ScopedView):
    """The schema is that of extract; ``model.role`` is "test"."""

    scopes: ClassVar[dict[str, str]] = {"POST": "extract"}

    def post(self, request: Request, pk: int) -> Response:
        rows = Deployment.objects.filter(project=client_of(request).project_id, environment=Environment.DEV)
        deployment = rows.select_related("model__project").filter(pk=pk).first()
        if deployment is None:
            return problem(
                404, f"There is no development deployment {pk}; see the deployments page for their addresses."
            )
        if deployment.status != Deployment.Status.ACTIVE:
            return problem(410, f"The development deployment {pk} was ended; start another on the model's page.")
        try:
            documents = parse(request.data)
        except RequestError as error:
            return problem(422, str(error))
        for document in documents:
            document.id = document.id or uuid.uuid4().hex
        return _answered(deployment, documents)


def _answered(deployment: Deployment, documents: list[Incoming]) -> Response:
    texts = {id(document): document.note.text for document in documents if document.note}
    if not texts:
        rows = [to_json(document, document.id, []) for document in documents]
        return problem(422, "No document of the request can be read.", documents=rows)
    answer = dev_serving.predict(serving.engine(), deployment, list(texts.values()))
    found = dict(zip(texts, answer.entities, strict=True))
    rows = []
    for document in documents:
        text, entities = texts.get(id(document), ""), found.get(id(document), [])
        told = [{**entity.to_json(), "text": text[entity.start : entity.end]} for entity in entities]
        rows.append(to_json(document, document.id, told))
    served = answer.served
    model = {"name": served.name, "version": served.number, "sha256": served.sha256, "role": served.role}
    return Response({"request_id": str(uuid.uuid4()), "model": model, "documents": rows})
