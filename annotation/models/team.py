from __future__ import annotations

from django.db import models

from annotation.models.project import Project
from annotation.models.user import User


class Team(models.Model):
    """People of a project whom tasks can be given to together."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="teams")
    name = models.CharField(max_length=80)
    members = models.ManyToManyField(User, related_name="teams", blank=True)

    class Meta:
        ordering = ("project", "name")
        constraints = (models.UniqueConstraint(fields=("project", "name"), name="team_once_per_project"),)

    def __str__(self) -> str:
        return self.name
