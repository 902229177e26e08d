from __future__ import annotations

from django.db import models
from django.db.models import Q

from annotation.models import User
from training.models import ModelVersion


class Constraints(models.Model):
    """A version of what notes have to be like for a model, field by field. Rows are only added; the newest holds."""

    class Source(models.TextChoices):
        TRAINING = "training", "Training snapshot"
        HEALTHY = "healthy", "First healthy windows"
        EDITED = "edited", "Edited"

    model = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="constraints")
    version = models.PositiveIntegerField()
    source = models.CharField(max_length=8, choices=Source.choices)
    document = models.JSONField(help_text="As monitoring/constraints/document.py reads it.")
    reason = models.CharField(max_length=300, blank=True)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("model", "-version")
        verbose_name_plural = "constraints"
        constraints = (
            models.UniqueConstraint(fields=("model", "version"), name="constraints_once"),
            models.CheckConstraint(
                condition=~Q(source="edited") | ~Q(reason="") & Q(created_by__isnull=False),
                name="constraints_edited_has_reason",
            ),
        )

    def __str__(self) -> str:
        return f"constraints v{self.version}"
