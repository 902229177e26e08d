"""What a key may do. A view names the scope that each of its methods needs."""

from __future__ import annotations

from typing import ClassVar

from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from annotation.models import Client


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
    """A view of the API: ``scopes`` has the scope that each method needs."""

    permission_classes = (HasScope,)
    scopes: ClassVar[dict[str, str]] = {}


class ReadView(ScopedView):
    """What only reads."""

    scopes: ClassVar[dict[str, str]] = {"GET": "read", "HEAD": "read"}
