from __future__ import annotations

from django.db import models

from annotation.models import Project
from training.models import ModelVersion


class Measurement(models.Model):
    """The value of a metric at a time, with its interval. Pages read these, never the raw rows."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="measurements")
    model = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="measurements")
    metric = models.CharField(max_length=30)
    # Says which audited revisions were counted: the same inputs are never measured twice.
    inputs_sha256 = models.CharField(max_length=64)
    value = models.JSONField(help_text="{precision, recall, f1, low, high, notes, entities, per_label}.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-pk",)
        constraints = (
            models.UniqueConstraint(
                fields=("project", "model", "metric", "inputs_sha256"), name="measurement_once_per_input"
            ),
        )

    def __str__(self) -> str:
        return f"{self.metric} {self.pk}"
