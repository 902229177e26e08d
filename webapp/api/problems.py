"""Errors of the API as RFC 9457 problem details: ``{"type", "title", "status", "detail", …}``. Never a note's text."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response
from training.serving import NotServing

CONTENT_TYPE = "application/problem+json"


def problem(status: int, detail: str, *, headers: dict[str, str] | None = None, **more: Any) -> Response:
    """A response that says in one sentence what is wrong and what to do."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail, **more}
    return Response(body, status=status, headers=headers, content_type=CONTENT_TYPE)


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """What Django REST framework calls for every exception; None leaves it to Django (an answer 500)."""
    if isinstance(error, exceptions.NotAuthenticated):
        return problem(401, "Send Authorization: Bearer KEY.", headers={"WWW-Authenticate": "Bearer"})
    if isinstance(error, exceptions.AuthenticationFailed):
        return problem(401, str(error.detail), headers={"WWW-Authenticate": "Bearer"})
    if isinstance(error, exceptions.ParseError):
        return problem(400, "The body is not JSON in UTF-8; check its encoding and its commas.")
    if isinstance(error, exceptions.APIException):
        return problem(error.status_code, str(error.detail))
    if isinstance(error, Http404):
        return problem(404, "There is no such address; see the API table in the README.")
    if isinstance(error, PermissionDenied):
        return problem(403, "This key may not do that.")
    if isinstance(error, NotServing):
        return problem(503, str(error), headers={"Retry-After": "5"})
    if isinstance(error, OperationalError):
        return problem(503, "The database can't be reached; try again later.", headers={"Retry-After": "5"})
    return None
