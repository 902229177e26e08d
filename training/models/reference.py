from __future__ import annotations

from django.db import models

from training.models.dataset import Dataset
from training.models.model_version import ModelVersion


class Reference(models.Model):
    """What notes and answers look like when all is well with a champion: what drift is measured against. Immutable."""

    model = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="references")
    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, null=True, related_name="references")
    profile = models.JSONField(help_text="As training/reference.py makes it: counts and histograms, no word of a note.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-pk",)
        constraints = (models.UniqueConstraint(fields=("model", "dataset"), name="reference_once"),)

    def __str__(self) -> str:
        return f"reference of {self.model}"
