from __future__ import annotations

from django.db import models

from annotation.models import Client, Note
from annotation.spans import Span, spans_from_json
from training.models.deployment import Deployment
from training.models.model_version import ModelVersion


class Prediction(models.Model):
    """What a model found in a note: append-only log of the API and of the audit's re-scoring. Holds no text."""

    class Origin(models.TextChoices):
        API = "api", "API"
        # The champion's answer on an audited note that it had not seen live.
        AUDIT = "audit", "Audit"

    # Indexed with the id, below.
    model = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, db_index=False, related_name="predictions")
    deployment = models.ForeignKey(Deployment, on_delete=models.PROTECT, related_name="predictions")
    note = models.ForeignKey(Note, on_delete=models.PROTECT, related_name="predictions")
    origin = models.CharField(max_length=6, choices=Origin.choices)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, null=True, blank=True, related_name="predictions")
    request_id = models.UUIDField(null=True, blank=True)
    entities = models.JSONField(help_text="[{start, end, label, score}] in code points.")
    latency_ms = models.FloatField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("pk",)
        indexes = (
            models.Index(fields=("note", "model"), name="prediction_of_note_by_model"),
            models.Index(fields=("model", "-id"), name="prediction_of_model"),
            models.Index(
                fields=("request_id",), condition=models.Q(request_id__isnull=False), name="prediction_of_request"
            ),
        )

    def __str__(self) -> str:
        return f"prediction {self.pk}"

    @property
    def spans(self) -> list[Span]:
        return spans_from_json(self.entities)
