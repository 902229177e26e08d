"""A version under test asked at its own address, as its callers ask: through this process's routing and keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from io import BytesIO
from typing import Any

from django.core.handlers.base import BaseHandler
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse
from django.urls import get_script_prefix

from training import ner
from training.artefacts import fresh_nlp_of
from training.gate_results import Check, GateResult
from training.gates.golden import EMOJI, LONG, PLAIN
from training.gates.golden_requests import REQUESTS, Exchange, GoldenRequest, judge
from training.models import ModelVersion

# Of the person's own request: where it came in, so that hosts and proxies are judged as theirs are.
SHARED = ("SERVER_NAME", "SERVER_PORT", "HTTP_HOST", "HTTP_X_FORWARDED_PROTO", "REMOTE_ADDR", "wsgi.url_scheme")


@cache
def _handler() -> BaseHandler:
    handler = BaseHandler()
    handler.load_middleware()
    return handler


def smoke_test(model: ModelVersion, path: str, key: str, like: HttpRequest) -> GateResult:
    """The golden requests at `path`: form, offsets, errors, and the answers of the artefact itself.

    `like` is the request of the person who asks for it. Raises ArtefactError when the artefact can't be loaded.
    """
    known = _direct(model)
    shared = {name: like.META[name] for name in SHARED if name in like.META}
    exchanges = [(request, _ask(request, path, key, shared)) for request in REQUESTS]
    checks = [judge(request, exchange, known) for request, exchange in exchanges]
    return GateResult("smoke", [_is_version(model, exchanges[0][1]), *checks])


def _direct(model: ModelVersion) -> dict[str, Sequence[Sequence[Any]]]:
    """What the artefact finds when it is asked without any address, by text."""
    texts = (PLAIN, EMOJI, LONG)
    answers = ner.predict(fresh_nlp_of(model), texts)
    return {
        text: [[s.span.start, s.span.end, s.span.label] for s in found]
        for text, found in zip(texts, answers, strict=True)
    }


def _ask(request: GoldenRequest, path: str, key: str, shared: Mapping[str, Any]) -> Exchange:
    prefix = get_script_prefix().rstrip("/")
    environ = {
        **shared,
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": prefix,
        "PATH_INFO": path.removeprefix(prefix),
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(request.body)),
        "HTTP_AUTHORIZATION": f"Bearer {key}",
        "wsgi.input": BytesIO(request.body),
    }
    response = _handler().get_response(WSGIRequest(environ))
    kind = response.headers.get("Content-Type", "").partition(";")[0]
    body = response.content if isinstance(response, HttpResponse) else b""
    return Exchange(response.status_code, kind, body.decode("utf-8", "replace"))


def _is_version(model: ModelVersion, exchange: Exchange) -> Check:
    right = exchange.status == 200 and f'"sha256":"{model.sha256}"' in exchange.body.replace(" ", "")
    told = "this version" if right else "something else, or not at all"
    return Check("Answers at its address", right, f"What answers there is {told}.")
