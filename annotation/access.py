"""Who may do what. Loading an object through these functions is the only way a view gets one.

Somebody outside a project learns nothing of it (404); a member without the right is told so (403).
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from enum import StrEnum
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase

from annotation.models import Client, Membership, Project, Role, User
from annotation.models.at_hand import AtHand, at_hand, blind_for, project_at_hand


class Right(StrEnum):
    """What can be done in a project."""

    VIEW = "view"
    ANNOTATE = "annotate"
    ADJUDICATE = "adjudicate"
    READ_NOTES = "read_notes"
    ASSIGN = "assign"
    GUIDE = "guide"
    IMPORT = "import"
    EXPORT = "export"
    TRAIN = "train"
    DECIDE = "decide"
    # Overrule a failed gate; an approver must second it.
    OVERRIDE = "override"
    MANAGE_CLIENTS = "manage_clients"


# Those who look after the gold: read and search notes, bring them in and out, hand out work, write the guidelines.
CURATE = frozenset({Right.READ_NOTES, Right.ASSIGN, Right.GUIDE, Right.IMPORT, Right.EXPORT})
RIGHTS: dict[Role, frozenset[Right]] = {
    Role.ANNOTATOR: frozenset({Right.VIEW, Right.ANNOTATE}),
    Role.REVIEWER: frozenset({Right.VIEW, Right.ANNOTATE, Right.ADJUDICATE, *CURATE}),
    Role.ML_LEAD: frozenset({Right.VIEW, Right.TRAIN, *CURATE}),
    Role.APPROVER: frozenset({Right.VIEW, Right.DECIDE}),
    # An admin looks after people and keys and reads no note.
    Role.ADMIN: frozenset({Right.VIEW, Right.MANAGE_CLIENTS, Right.OVERRIDE}),
}


def rights_of(user: User | AnonymousUser, project: Project, roles: Collection[str] | None = None) -> frozenset[Right]:
    """The rights that the user's roles in the project add up to; `roles` spares the look-up."""
    if not isinstance(user, User) or not user.is_active:
        return frozenset()
    if roles is None:
        roles = Membership.objects.filter(project=project, user=user).order_by().values_list("role", flat=True)
    roles = set(roles)
    if user.is_superuser:
        roles.add(Role.ADMIN)
    return frozenset().union(*(RIGHTS[Role(role)] for role in roles))


def projects_of(user: User) -> QuerySet[Project]:
    if user.is_superuser:
        return Project.objects.all()
    return Project.objects.filter(memberships__user=user).distinct()


def require(request: HttpRequest, project: Project, right: Right, roles: Collection[str] | None = None) -> None:
    """Raise unless the request's user has `right`; otherwise remember project and rights for the page."""
    rights = rights_of(request.user, project, roles)
    if Right.VIEW not in rights:
        raise Http404("No such page.")
    if right not in rights:
        raise PermissionDenied(f"Your roles in {project.name} don't include '{right}'; ask an admin of the project.")
    request.project, request.rights = project, rights  # type: ignore[attr-defined]


def in_project(right: Right) -> Callable[[Callable[..., HttpResponseBase]], Callable[..., HttpResponseBase]]:
    """A view below ``/p/<slug>/``: sign-in, membership and `right`; the view gets the project."""

    def decorate(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        @login_required
        def wrapped(request: HttpRequest, slug: str, **kwargs: Any) -> HttpResponseBase:
            found = project_at_hand(slug, person(request))
            if found is None:
                raise Http404("No such page.")
            project, roles = found
            require(request, project, right, roles)
            return view(request, project, **kwargs)

        return wrapped

    return decorate


def with_object(
    rows: Callable[[], QuerySet[Any]], right: Right
) -> Callable[[Callable[..., HttpResponseBase]], Callable[..., HttpResponseBase]]:
    """A view of one row that belongs to a project: sign-in, membership and `right`; the view gets the row."""

    def decorate(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        @login_required
        def wrapped(request: HttpRequest, pk: int, **kwargs: Any) -> HttpResponseBase:
            row = rows().select_related("project").filter(pk=pk).first()
            if row is None:
                raise Http404("No such page.")
            require(request, row.project, right)
            return view(request, row, **kwargs)

        return wrapped

    return decorate


def with_task(right: Right) -> Callable[[Callable[..., HttpResponseBase]], Callable[..., HttpResponseBase]]:
    """As :func:`with_object` for a task, note and project with it; the view gets a :class:`AtHand`. One query."""

    def decorate(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        @login_required
        def wrapped(request: HttpRequest, pk: int, **kwargs: Any) -> HttpResponseBase:
            found = at_hand(pk, person(request))
            if found is None:
                raise Http404("No such page.")
            require(request, found.task.project, right, found.roles)
            return view(request, found, **kwargs)

        return wrapped

    return decorate


def own_task(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A view of a task that the user holds: the page of a note, and nobody else's."""

    @wraps(view)
    @with_task(Right.ANNOTATE)
    def wrapped(request: HttpRequest, found: AtHand, **kwargs: Any) -> HttpResponseBase:
        if found.task.assignee_id != request.user.pk:
            raise PermissionDenied("This note is with somebody else or back in the queue; take the next one.")
        return view(request, found.task, **kwargs)

    return wrapped


def hidden_from(request: HttpRequest, note_ids: Collection[int]) -> set[int]:
    """Those of the notes whose blind annotation is not over for the person: others' work on them is hidden."""
    user = person(request)
    if Right.ANNOTATE not in request.rights:  # type: ignore[attr-defined]
        return set()
    return blind_for(user, note_ids)


def person(request: HttpRequest) -> User:
    """The signed-in user of a view behind one of the decorators above."""
    if not isinstance(request.user, User):
        raise PermissionDenied("Sign in first.")
    return request.user


def client_of(request: HttpRequest) -> Client:
    """The platform client that an API request authenticated as."""
    client = request.auth  # type: ignore[attr-defined]
    if not isinstance(client, Client):
        raise PermissionDenied("Send an API key.")
    return client
