"""The API's extract address with an artefact that is not registered yet: what the gate of integration asks.

The same reading of requests, the same form of answers, the same errors; no key, and nothing is stored.
"""

from __future__ import annotations

import uuid
from typing import Any, ClassVar
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from spacy.language import Language

from annotation.models import Project
from training import ner
from training.serving import Served
from webapp.api import answers
from webapp.api.documents import RequestError, parse, parse_options
from webapp.api.problems import problem


class RehearsalView(APIView):
    """`nlp` is set before the first request."""

    authentication_classes = ()
    permission_classes = ()
    nlp: ClassVar[Language]
    sha256: ClassVar[str]

    def post(self, request: Request) -> Response:
        try:
            options, documents = parse_options(request.data), parse(request.data)
        except RequestError as error:
            return problem(422, str(error))
        readable = [document for document in documents if document.note]
        if not readable:
            return answers.nothing_readable(documents)
        entities = ner.predict(self.nlp, [document.note.text for document in readable if document.note])
        found = {id(document): answers.Found(each) for document, each in zip(readable, entities, strict=True)}
        served = Served(0, 0, 0, "rehearsal", self.sha256, "test", self.nlp)
        doubt = Project().doubt_threshold
        return Response(answers.body(uuid.uuid4(), served, documents, found, options=options, doubt=doubt))


urlpatterns = [path("api/v1/extract", RehearsalView.as_view())]


class Quiet(WSGIRequestHandler):
    def log_message(self, *args: Any) -> None:
        """Requests are the gate's own; its report says what came of them."""


def server(nlp: Language, sha256: str) -> WSGIServer:
    """The product's own stack of middleware on a free port of this machine; the caller serves and closes it."""
    RehearsalView.nlp, RehearsalView.sha256 = nlp, sha256
    # Of this process alone: it is reached from this machine, without a proxy in between.
    settings.ROOT_URLCONF = "webapp.rehearsal"
    settings.ALLOWED_HOSTS = ["127.0.0.1"]
    settings.SECURE_SSL_REDIRECT = False
    return make_server("127.0.0.1", 0, get_wsgi_application(), handler_class=Quiet)
