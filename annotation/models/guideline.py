from __future__ import annotations

from django.db import models

from annotation.models.project import Project
from annotation.models.user import User


class Guideline(models.Model):
    """A version of a project's guidelines and labels. Rows are only added; the newest one is in force."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="guideline_versions")
    version = models.PositiveIntegerField()
    text = models.TextField(blank=True, help_text="Plain text; a line that begins with ## opens a section.")
    labels = models.JSONField(default=list, help_text="[{name, key, colour, hint, retired}] as they were.")
    change = models.CharField(max_length=300, blank=True, help_text="What changed, in a sentence.")
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="guidelines_written")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("project", "-version")
        constraints = (models.UniqueConstraint(fields=("project", "version"), name="guideline_version_once"),)

    def __str__(self) -> str:
        return f"guidelines v{self.version}"


class GuidelineSeen(models.Model):
    """A person has been shown a version: each is shown once."""

    guideline = models.ForeignKey(Guideline, on_delete=models.CASCADE, related_name="seen")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="guidelines_seen")
    seen_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("guideline", "seen_at")
        constraints = (models.UniqueConstraint(fields=("guideline", "user"), name="guideline_seen_once"),)

    def __str__(self) -> str:
        return f"{self.guideline} seen by {self.user}"
