from __future__ import annotations

from django.db import models
from django.db.models import Q

from annotation.models import Client, Note, Task
from training.models.deployment import Deployment
from training.models.model_version import ModelVersion


class Feedback(models.Model):
    """What a doctor said of an answer: which of its entities are right, which are not, and what it missed.

    Rows are only added; the newest of a prediction counts.
    """

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="feedback")
    # Not a foreign key: the log is partitioned, and months of it are dropped.
    prediction_uid = models.UUIDField()
    model = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, db_index=False, related_name="feedback")
    deployment = models.ForeignKey(Deployment, on_delete=models.PROTECT, related_name="feedback")
    note = models.ForeignKey(Note, on_delete=models.PROTECT, null=True, blank=True, related_name="feedback")
    # What annotators were asked because of it.
    task = models.ForeignKey(Task, on_delete=models.SET_NULL, null=True, blank=True, related_name="feedback")
    verdicts = models.JSONField(help_text="[{start, end, label, verdict: accepted, rejected or added}], code points.")
    accepted = models.PositiveSmallIntegerField(default=0)
    rejected = models.PositiveSmallIntegerField(default=0)
    added = models.PositiveSmallIntegerField(default=0)
    complete = models.BooleanField(default=False, help_text="The doctor looked at the whole note.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-pk",)
        indexes = (
            models.Index(fields=("prediction_uid", "-id"), name="feedback_of_prediction"),
            models.Index(fields=("model", "-created_at"), name="feedback_of_model"),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(complete=True) | Q(accepted__gt=0) | Q(rejected__gt=0) | Q(added__gt=0),
                name="feedback_says_something",
            ),
        )

    def __str__(self) -> str:
        return f"feedback {self.pk}"
