"""A project's policy: each change is a new version with a name and a reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from annotation.errors import ActionError, TooLate
from annotation.models import Project, User
from monitoring.models import Policy
from monitoring.policy import Values, ValuesError, read


def newest_of(project: Project) -> Policy | None:
    return Policy.objects.filter(project=project).order_by("-version").first()


def values_of(project: Project) -> Values:
    """What is in force; the defaults when nobody changed them."""
    newest = newest_of(project)
    return read(newest.values) if newest else Values()


@transaction.atomic
def change(
    *, project: Project, values: Mapping[str, Any], by: User | None, reason: str, base: int | None = None
) -> Policy:
    """Put these settings in force; what `values` leaves out stays. `base` is the version that the writer saw."""
    Project.objects.hold(project.pk)
    newest = newest_of(project)
    number = newest.version if newest else 0
    if base is not None and base != number:
        raise TooLate(f"Version {number} of the policy was saved after you opened the page; reload it and try again.")
    merged = {**(newest.values if newest else {}), **values}
    try:
        read(merged)
    except ValuesError as error:
        raise ActionError(str(error)) from error
    return Policy.objects.create(
        project=project, version=number + 1, values=merged, reason=reason.strip()[:300], created_by=by
    )
