from __future__ import annotations

from django.db import models

from annotation.models import Project, User


class Policy(models.Model):
    """A version of a project's targets, thresholds and level of automation. Rows are only added; the newest holds."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="policies")
    version = models.PositiveIntegerField()
    values = models.JSONField(help_text="As monitoring/policy/values.py reads it; what is missing has its default.")
    reason = models.CharField(max_length=300, blank=True)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("project", "-version")
        verbose_name_plural = "policies"
        constraints = (models.UniqueConstraint(fields=("project", "version"), name="policy_once"),)

    def __str__(self) -> str:
        return f"policy v{self.version}"
