"""Settings of a project by version: each change is a new row with a name and a reason, and the newest holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from django.db import models, transaction

from annotation.errors import ActionError, TooLate
from annotation.models import Project, User

Row = TypeVar("Row", bound=models.Model)


def newest_of(rows: type[Row], project: Project) -> Row | None:
    """The row in force of a model with ``project`` and ``version``."""
    return rows._default_manager.filter(project=project).order_by("-version").first()


@transaction.atomic
def add(
    rows: type[Row],
    *,
    project: Project,
    values: Mapping[str, Any],
    read: Callable[[Mapping[str, Any]], object],
    noun: str,
    by: User | None,
    reason: str,
    base: int | None,
) -> Row:
    """Put these values in force; what `values` leaves out stays. `base` is the version that the writer saw.

    `read` raises ValueError for what can't be, with a sentence; `noun` is what the versions are of. Raises ActionError
    for that, and TooLate when another version was saved meanwhile.
    """
    Project.objects.hold(project.pk)
    newest: Any = newest_of(rows, project)
    number = newest.version if newest else 0
    if base is not None and base != number:
        raise TooLate(f"Version {number} of the {noun} was saved after you opened the page; reload it and try again.")
    merged = {**(newest.values if newest else {}), **values}
    try:
        read(merged)
    except ValueError as error:
        raise ActionError(str(error)) from error
    return rows._default_manager.create(
        project=project, version=number + 1, values=merged, reason=reason.strip()[:300], created_by=by
    )
