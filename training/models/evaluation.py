from __future__ import annotations

from django.db import models

from training.models.dataset import Dataset, DatasetItem
from training.models.model_version import ModelVersion
from training.models.run import Run


class Evaluation(models.Model):
    """A model's accuracy on a split of a dataset. Immutable. A trial's and the baseline's have no model version."""

    class Role(models.TextChoices):
        CANDIDATE = "candidate", "Candidate"
        CHAMPION = "champion", "Champion"
        BASELINE = "baseline", "Dictionary baseline"
        TRIAL = "trial", "Trial"

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="evaluations")
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.CANDIDATE)
    split = models.CharField(max_length=5, choices=DatasetItem.Split.choices, default=DatasetItem.Split.TEST)
    model = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="evaluations")
    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="evaluations")
    # Set on the candidate's evaluation: the champion's on the same notes, and the paired difference.
    compared_with = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    difference = models.JSONField(default=dict, help_text="{value, low, high, p} of F1, candidate minus champion.")
    scores = models.JSONField(help_text="{precision, recall, f1, low, high, notes, entities}, fractions of 1.")
    per_label = models.JSONField(default=dict, help_text="{label: scores}")
    slices = models.JSONField(default=dict, help_text="{facet: {value: scores}}")
    per_note = models.JSONField(
        default=list, help_text="[[note id, tp, fp, fn, {label: [tp, fp, fn]}]]: what paired tests need."
    )
    found = models.JSONField(default=dict, help_text="{note id: [[start, end, label]]}: what the model found.")
    misaligned = models.PositiveIntegerField(default=0, help_text="Gold spans that cut a token; scored as missed.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-pk",)
        constraints = (models.UniqueConstraint(fields=("run", "role", "split"), name="evaluation_once_per_role"),)

    def __str__(self) -> str:
        return f"evaluation {self.pk}"
