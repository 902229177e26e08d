"""Projects and their members."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.utils.text import slugify

from annotation.actions import guidelines as guideline_actions
from annotation.errors import ActionError
from annotation.models import Label, Membership, Project, Role, User

# What Django's <slug:…> takes: any other project would have no page.
SLUG = re.compile(r"[-a-zA-Z0-9_]{1,60}")
DEFAULT_LABELS = (
    ("DISEASE", "d", "A disease, disorder or diagnosis, also when denied or in the family."),
    ("TREATMENT", "t", "A drug, procedure or therapy by name, without dose and frequency."),
)


@transaction.atomic
def create(*, name: str, slug: str = "", guidelines: str = "", nested: bool = False) -> Project:
    """A project with the labels DISEASE and TREATMENT."""
    slug = slug or slugify(name)
    if not SLUG.fullmatch(slug):
        raise ActionError(f"{slug!r} can't stand in an address; use 1 to 60 letters a-z, digits, hyphens, underscores.")
    project = Project(name=name, slug=slug, nested=nested)
    try:
        with transaction.atomic():
            project.save(force_insert=True)
    except IntegrityError as error:
        raise ActionError(f"A project {slug!r} exists already; choose another name.") from error
    for colour, (label, key, hint) in enumerate(DEFAULT_LABELS):
        Label.objects.create(project=project, name=label, key=key, hint=hint, colour=colour)
    guideline_actions.publish(project=project, text=guidelines, change="First version.", by=None)
    return project


def get(slug: str) -> Project:
    """The project with this slug; an :class:`ActionError` names those there are."""
    project = Project.objects.filter(slug=slug).first()
    if project is None:
        known = ", ".join(Project.objects.values_list("slug", flat=True)) or "none yet"
        raise ActionError(
            f"There is no project {slug!r} (known: {known}); check the name, or make it with import_notes --create."
        )
    return project


def get_or_oldest(slug: str) -> Project:
    """The project with this slug, or the oldest one when no slug is given."""
    project = get(slug) if slug else Project.objects.order_by("pk").first()
    if project is None:
        raise ActionError("There is no project yet; make one with import_notes --create.")
    return project


@transaction.atomic
def add_member(*, project: Project, user: User, roles: Iterable[Role]) -> None:
    for role in roles:
        Membership.objects.get_or_create(project=project, user=user, role=role)


@transaction.atomic
def copy_members(*, source: Project, target: Project, prefix: str) -> None:
    """Give the people of `source` whose user name starts with `prefix` the same roles in `target`."""
    for row in Membership.objects.filter(project=source, user__username__startswith=prefix):
        add_member(project=target, user=row.user, roles=[Role(row.role)])
