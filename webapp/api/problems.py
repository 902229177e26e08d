"""Errors of the API as RFC 9457 problem details: ``{"type", "title", "status", "detail", …}``. Never a note's text."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import Http404, UnreadablePostError
from rest_framework import exceptions
from rest_framework.response import Response

from training.serving import NotServing
from webapp.api.pages import PageError

CONTENT_TYPE = "application/problem+json"


def problem(status: int, detail: str, *, headers: dict[str, str] | None = None, **more: Any) -> Response:
    """A response that says in one sentence what is wrong and what to do."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail, **more}
    return Response(body, status=status, headers=headers, content_type=CONTENT_TYPE)


BEARER = {"WWW-Authenticate": "Bearer"}
LATER = {"Retry-After": "5"}
# The first that fits is the answer: exception, status, sentence (None: the exception's own), headers.
ANSWERS: tuple[tuple[type[Exception], int, str | None, dict[str, str] | None], ...] = (
    (exceptions.NotAuthenticated, 401, "Send Authorization: Bearer KEY.", BEARER),
    (exceptions.AuthenticationFailed, 401, None, BEARER),
    (exceptions.ParseError, 400, "The body is not JSON in UTF-8; check its encoding and its commas.", None),
    # The parser gives up on lists in lists in lists.
    (RecursionError, 400, "The body is nested too deeply; send documents as the README shows.", None),
    (UnreadablePostError, 408, "The rest of the body did not come; send it again.", None),
    (RequestDataTooBig, 413, "The body is too large; send fewer documents a request.", None),
    (PageError, 422, None, None),
    (Http404, 404, "There is no such address; see the API table in the README.", None),
    (PermissionDenied, 403, "This key may not do that.", None),
    (NotServing, 503, None, LATER),
    (InterfaceError, 503, "The database can't be reached; try again later.", LATER),
    (OperationalError, 503, "The database can't be reached; try again later.", LATER),
)


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """What Django REST framework calls for every exception; None leaves it to Django (an answer 500)."""
    for kind, status, sentence, headers in ANSWERS:
        if isinstance(error, kind):
            later = {"Retry-After": str(error.retry_after)} if isinstance(error, NotServing) else headers
            return problem(status, sentence or str(error), headers=later)
    if isinstance(error, exceptions.APIException):
        return problem(error.status_code, str(error.detail))
    return None
