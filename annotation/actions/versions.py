"""What is kept by version: each change is a new row with a name and a reason, and the newest holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from django.db import models, transaction

from annotation.errors import ActionError, TooLate
from annotation.models import Project, User

Row = TypeVar("Row", bound=models.Model)


def newest_of(rows: type[Row], **of: Any) -> Row | None:
    """The row in force of a model with ``version``; `of`: whose versions they are, such as ``project``."""
    return rows._default_manager.filter(**of).order_by("-version").first()


def number_after(newest: Any, base: int | None, noun: str) -> int:
    """The number of the next version. `base` is the version that the writer saw, `noun` what the versions are of.

    Raises TooLate when another version was saved meanwhile.
    """
    number: int = newest.version if newest else 0
    if base is not None and base != number:
        raise TooLate(f"Version {number} of the {noun} was saved after you opened the page; reload it and try again.")
    return number + 1


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
    """Put these settings of a project in force; what `values` leaves out stays. `base` and `noun` as for
    :func:`number_after`, which may raise TooLate.

    `read` raises ValueError for what can't be, with a sentence: ActionError here.
    """
    Project.objects.hold(project.pk)
    newest: Any = newest_of(rows, project=project)
    number = number_after(newest, base, noun)
    merged = {**(newest.values if newest else {}), **values}
    try:
        read(merged)
    except ValueError as error:
        raise ActionError(str(error)) from error
    return rows._default_manager.create(
        project=project, version=number, values=merged, reason=reason.strip()[:300], created_by=by
    )
