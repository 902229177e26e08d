"""A clinicians' test is reached through its project: sign-in, membership and the right."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse

from annotation.access import Right, require
from training.models import UatSession

View = Callable[..., HttpResponse]


def with_session(right: Right) -> Callable[[View], View]:
    """As annotation.access.with_object; a test has its project through its model."""

    def decorate(view: View) -> View:
        @wraps(view)
        @login_required
        def wrapped(request: HttpRequest, pk: int, **kwargs: Any) -> HttpResponse:
            rows = UatSession.objects.select_related("model__project", "rival", "signed_by", "created_by")
            session = rows.filter(pk=pk).first()
            if session is None:
                raise Http404("No such page.")
            require(request, session.model.project, right)
            return view(request, session, **kwargs)

        return wrapped

    return decorate
