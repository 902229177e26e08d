"""What every page's template knows."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from annotation.actions.people import DEMO


def page(request: HttpRequest) -> dict[str, Any]:
    """The project and the rights that the view's access check left on the request."""
    project = getattr(request, "project", None)
    return {
        "project": project,
        "can": getattr(request, "rights", frozenset()),
        "demo": settings.MARGINALIA_DEMO and (project is None or project.slug == DEMO),
    }
