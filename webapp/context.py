"""What every page's template knows."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from annotation.actions.people import DEMO
from webapp.navigation import navigation
from webapp.worker_watch import watch


def page(request: HttpRequest) -> dict[str, Any]:
    """The project and the rights that the view's access check left on the request."""
    project = getattr(request, "project", None)
    rights: frozenset[str] = getattr(request, "rights", frozenset())
    here = request.resolver_match.url_name if request.resolver_match else None
    return {
        "project": project,
        # Called by the template, for those who are signed in.
        "worker_is_down": watch.is_down,
        "can": rights,
        "navigation": navigation(project.slug, rights, here or "") if project else None,
        "demo": settings.MARGINALIA_DEMO and (project is None or project.slug == DEMO),
    }
