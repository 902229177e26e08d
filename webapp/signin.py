"""Signing in: the ordinary way, and by one click in the demo on this machine."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.views import LoginView
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from annotation.actions.people import DEMO, DEMO_PEOPLE
from annotation.models import Membership, Role, User

BACKEND = "webapp.sessions.QuickBackend"


class SignIn(LoginView):
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        people = demo_people() if settings.MARGINALIA_DEMO else []
        return super().get_context_data(**kwargs, demo_users=people)


def demo_people() -> list[dict[str, str]]:
    """The demo's people with their roles. They have no password: only this page lets them in, only on this machine."""
    rows = Membership.objects.filter(project__slug=DEMO, user__username__startswith=DEMO_PEOPLE).select_related("user")
    people: dict[str, dict[str, str]] = {}
    for row in rows.order_by("pk"):
        person = people.setdefault(
            row.user.username, {"username": row.user.username, "name": str(row.user), "roles": ""}
        )
        person["roles"] = ", ".join(filter(None, (person["roles"], Role(row.role).label)))
    return list(people.values())


@require_POST
def demo_login(request: HttpRequest) -> HttpResponse:
    if not settings.MARGINALIA_DEMO:
        raise Http404("No such page.")
    username = request.POST.get("username", "")
    if username not in {person["username"] for person in demo_people()}:
        raise Http404("No such person.")
    user = get_object_or_404(User, username=username)
    login(request, user, backend=BACKEND)
    return redirect("home")
