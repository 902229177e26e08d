from __future__ import annotations

from django.db import models
from django.db.models import Q

from annotation.models import Project
from monitoring.models.window import LEVELS, Window
from training.models import ModelVersion


class Measurement(models.Model):
    """The value of a metric at a time or in a window. Pages read these, never the raw rows."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="measurements")
    model = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="measurements")
    metric = models.CharField(max_length=30)
    # Of a window's measurements: what of it was measured, a feature or a facet's group.
    feature = models.CharField(max_length=250, blank=True)
    window = models.ForeignKey(Window, on_delete=models.CASCADE, null=True, blank=True, related_name="measurements")
    level = models.CharField(max_length=12, choices=LEVELS, blank=True)
    # Says which audited revisions were counted: the same inputs are never measured twice.
    inputs_sha256 = models.CharField(max_length=64, blank=True)
    value = models.JSONField(help_text="Of the KPI {precision, recall, f1, low, high, …}; of windows: windows/rows.py.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-pk",)
        constraints = (
            models.UniqueConstraint(
                fields=("project", "model", "metric", "inputs_sha256"),
                condition=Q(window__isnull=True),
                name="measurement_once_per_input",
            ),
            models.UniqueConstraint(
                fields=("window", "metric", "feature"),
                condition=Q(window__isnull=False),
                name="measurement_once_a_window",
            ),
        )

    def __str__(self) -> str:
        return f"{self.metric} {self.pk}"
