"""Headers of answers: what browsers may keep, and what they may load for a page."""

from __future__ import annotations

from collections.abc import Callable

from csp.middleware import CSPMiddleware
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

DATA_ONLY = "default-src 'none'; frame-ancestors 'none'"


class NoStoreMiddleware:
    """Sets ``Cache-Control: no-store`` on every answer that has no rule of its own (static files have).

    Pages show patients' notes: no cache, shared or private, may keep one.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        return response


class PolicyMiddleware(CSPMiddleware):
    """The pages' content security policy; what is no page loads nothing, so its policy is short and fixed."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if response.headers.get("Content-Type", "").startswith("text/html"):
            return super().process_response(request, response)
        response.headers.setdefault("Content-Security-Policy", DATA_ONLY)
        return response
