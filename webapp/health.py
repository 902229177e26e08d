"""For load balancers: is the process alive, and can it answer."""

from __future__ import annotations

from django.db import DatabaseError, InterfaceError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from training import serving


@require_safe
def livez(request: HttpRequest) -> JsonResponse:
    """200 while the process runs."""
    return JsonResponse({"status": "alive"})


@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when the database answers and the champions are loaded, else 503 with the reason."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (DatabaseError, InterfaceError):
        return JsonResponse({"status": "not ready", "reason": "The database can't be reached."}, status=503)
    if not serving.engine().ready():
        return JsonResponse({"status": "not ready", "reason": "The model is still loading."}, status=503)
    return JsonResponse({"status": "ready"})
