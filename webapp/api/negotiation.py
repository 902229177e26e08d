"""Which form an answer takes. Nearly every caller takes any, so that is seen without reading media types."""

from __future__ import annotations

from collections.abc import Sequence

from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

ANY = frozenset(("", "*/*", "application/json"))


class Negotiation(DefaultContentNegotiation):
    """The first form (JSON) for who asks for it or for any; what Django REST framework finds for the others."""

    def select_renderer(  # type: ignore[override]
        self, request: Request, renderers: Sequence[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        first = renderers[0]
        told = request.META
        if (
            first.media_type == "application/json"
            and told.get("HTTP_ACCEPT", "") in ANY
            and not told.get("QUERY_STRING")
        ):
            return first, first.media_type
        found: tuple[BaseRenderer, str] = super().select_renderer(request, renderers, format_suffix)
        return found
