from __future__ import annotations

from django.db import models

from annotation.models import Project, User


class TrainingRules(models.Model):
    """A version of a project's rules of training, gates and approval. Rows are only added; the newest is in force."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="training_rules")
    version = models.PositiveIntegerField()
    values = models.JSONField(help_text="As training/rules.py reads it; what is missing has its default.")
    reason = models.CharField(max_length=300, blank=True)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("project", "-version")
        constraints = (models.UniqueConstraint(fields=("project", "version"), name="training_rules_once"),)

    def __str__(self) -> str:
        return f"training rules v{self.version}"
