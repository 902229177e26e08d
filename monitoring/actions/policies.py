"""A project's policy: what is in force, and its change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from annotation.actions import versions
from annotation.models import Project, User
from monitoring.models import Policy
from monitoring.policy import Values, read


def newest_of(project: Project) -> Policy | None:
    return versions.newest_of(Policy, project=project)


def values_of(project: Project) -> Values:
    """What is in force; the defaults when nobody changed them."""
    newest = newest_of(project)
    return read(newest.values) if newest else Values()


def values_at(project: Project, version: int) -> Values:
    """What was in force by this version; the defaults for 0."""
    row = Policy.objects.filter(project=project, version=version).first()
    return read(row.values) if row else Values()


def change(
    *, project: Project, values: Mapping[str, Any], by: User | None, reason: str, base: int | None = None
) -> Policy:
    """As :func:`versions.add`."""
    return versions.add(
        Policy, project=project, values=values, read=read, noun="policy", by=by, reason=reason, base=base
    )
