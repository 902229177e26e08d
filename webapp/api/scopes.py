"""What a key may do, and how often. A view names the scope that each of its methods needs."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http.response import HttpResponseBase
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from annotation.intake_counts import Came
from annotation.models import Client, IntakeHour
from webapp.api import usage
from webapp.api.buckets import Taken
from webapp.api.throttle import TooManyRequests, throttle


class HasScope(BasePermission):
    """Refuses a key without the scope that the view names for the method; a method it names none for is not there."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        client = request.auth
        if not isinstance(client, Client):
            return False
        needed = getattr(view, "scopes", {}).get(request.method, "")
        self.message = f"The key of {client.name} has no scope {needed!r}; use or make a key that has it."
        return not needed or needed in client.scopes


class ScopedView(APIView):
    """A view of the API: ``scopes`` has the scope that each method needs.

    Every request with a good key is counted, against the key's rate and into its usage: a view that reads documents
    says how many (`documents`) and how long they are (`characters`), and what `came` of each field.
    """

    permission_classes = (HasScope,)
    scopes: ClassVar[dict[str, str]] = {}
    documents = characters = 0
    came: Came | None = None
    origin = IntakeHour.Origin.API
    caller: Client | None = None
    standing: Taken | None = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Before anything else, so that whatever is refused later says how the key stands."""
        if isinstance(request.auth, Client):
            self.caller = request.auth
            self.standing = throttle().take(self.caller)
            if not self.standing.allowed:
                raise TooManyRequests(self.caller, self.standing)
        super().initial(request, *args, **kwargs)

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            response: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        except Exception:
            self._count(500)
            raise
        self._count(response.status_code)
        return response

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        if self.standing:
            headers, standing = response.headers, self.standing
            headers["RateLimit-Limit"] = str(standing.limit)
            headers["RateLimit-Remaining"] = str(standing.remaining)
            headers["RateLimit-Reset"] = str(standing.reset)
            if not standing.allowed:
                headers["Retry-After"] = str(standing.retry_after)
        return response

    def _count(self, status: int) -> None:
        if self.caller:
            usage.counter().count(self.caller.pk, status, self.documents, self.characters)
            if self.came:
                usage.counter().intake.count(self.caller.project_id, self.origin, self.came)


class ReadView(ScopedView):
    """What only reads."""

    scopes: ClassVar[dict[str, str]] = {"GET": "read", "HEAD": "read"}
