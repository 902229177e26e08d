from __future__ import annotations

from django.db import models

from training.models.dataset import Dataset
from training.models.model_version import ModelVersion
from training.models.run import Run


class Evaluation(models.Model):
    """A model's accuracy on the frozen test split of a dataset. Immutable."""

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="evaluations")
    model = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="evaluations")
    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="evaluations")
    # Set on the candidate's evaluation: the champion's on the same notes, and the paired difference.
    compared_with = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    difference = models.JSONField(default=dict, help_text="{value, low, high, p} of F1, candidate minus champion.")
    scores = models.JSONField(help_text="{precision, recall, f1, low, high, notes, entities}, fractions of 1.")
    per_label = models.JSONField(default=dict, help_text="{label: scores}")
    per_note = models.JSONField(default=list, help_text="[[note id, tp, fp, fn]]: what paired tests need.")
    misaligned = models.PositiveIntegerField(default=0, help_text="Gold spans that cut a token; scored as missed.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-pk",)
        constraints = (models.UniqueConstraint(fields=("run", "model", "dataset"), name="evaluation_once_per_run"),)

    def __str__(self) -> str:
        return f"evaluation {self.pk}"
