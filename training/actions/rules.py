"""Rules change: each change is a new version with a name and a reason."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from annotation.errors import ActionError, TooLate
from annotation.models import Project, User
from training.in_force import newest_of
from training.models import TrainingRules
from training.rules import RulesError, read


@transaction.atomic
def change(
    *, project: Project, values: dict[str, Any], by: User | None, reason: str = "", base: int | None = None
) -> TrainingRules:
    """Put these rules in force; what `values` leaves out stays. `base` is the version that the writer saw."""
    Project.objects.hold(project.pk)
    newest = newest_of(project)
    number = newest.version if newest else 0
    if base is not None and base != number:
        raise TooLate(f"Version {number} of the rules was saved after you opened the page; reload it and try again.")
    merged = {**(newest.values if newest else {}), **values}
    try:
        read(merged)
    except RulesError as error:
        raise ActionError(str(error)) from error
    return TrainingRules.objects.create(
        project=project, version=number + 1, values=merged, reason=reason.strip()[:300], created_by=by
    )
