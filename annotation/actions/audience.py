"""Whom a note is for: one person, a team, or everybody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from annotation.actions import teams
from annotation.errors import ActionError
from annotation.models import Project, Team, User


@dataclass(frozen=True, slots=True)
class Audience:
    """At most one of the two; with neither, everybody."""

    person: User | None = None
    team: Team | None = None

    def __str__(self) -> str:
        return str(self.person or self.team or "everybody")

    @property
    def fields(self) -> dict[str, Any]:
        """The columns of a task that say whom it is for."""
        return {"reserved_for": self.person, "team": self.team}

    @property
    def tasks(self) -> Q:
        """The tasks that are for exactly this audience."""
        person, team = self.person, self.team
        return Q(reserved_for=person, team=team) if person or team else Q(reserved_for=None, team=None)

    def check(self, project: Project) -> None:
        """Raise unless the person or the team can take notes of the project."""
        if self.person and self.team:
            raise ActionError("A note is for one person or for one team; choose one of the two.")
        if self.person and not teams.annotators(project).filter(pk=self.person.pk).exists():
            raise ActionError(f"{self.person} is no annotator of {project.name}; choose one of its annotators.")
        if self.team and self.team.project_id != project.pk:
            raise ActionError("This team is of another project; choose one of this project's.")
