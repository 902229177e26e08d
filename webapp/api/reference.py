"""``GET /api/v1/schema`` and ``/docs``: the API in OpenAPI, and a page to read and try it. ``/…``: no such address."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from rest_framework.authentication import SessionAuthentication
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from webapp.api.authentication import ClientAuthentication
from webapp.api.problems import problem
from webapp.api.scopes import ScopedView


@cache
def description() -> dict[str, Any]:
    """The whole API in OpenAPI 3.1. Made once in a process: it takes about a second and never changes."""
    made: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return made


class SchemaView(APIView):
    """For whoever has a key, of any scope, and for the people who are signed in."""

    authentication_classes = (ClientAuthentication, SessionAuthentication)

    @extend_schema(exclude=True)
    def get(self, request: Request) -> Response:
        return Response(description())


@require_GET
@login_required
def docs(request: HttpRequest) -> HttpResponse:
    return render(request, "webapp/api_docs.html")


class NoSuchView(ScopedView):
    """Whatever is asked of an address that is not there: the answer is a problem too, and keyless callers get 401."""

    @extend_schema(exclude=True)
    def get(self, request: Request, rest: str) -> Response:
        return problem(404, "There is no such address; see /api/v1/docs.")

    post = put = patch = delete = get
