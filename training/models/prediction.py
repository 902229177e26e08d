from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django.db import models
from django.utils import timezone

from annotation.models import Client, Note
from annotation.spans import ScoredSpan, Span, spans_from_json
from training.models.deployment import Deployment
from training.models.model_version import ModelVersion


def found_fields(entities: Sequence[ScoredSpan]) -> dict[str, Any]:
    """The fields of a prediction that say what was found."""
    scores = [entity.score for entity in entities]
    return {
        "entities": [entity._asdict() for entity in entities],
        "mean_score": sum(scores) / len(scores) if scores else None,
        "min_score": min(scores, default=None),
    }


class Prediction(models.Model):
    """What a model found in a note: append-only log of the API, of batches and of re-scoring. Holds no text.

    The table is partitioned by the month of ``created_at``; ``training/partitions.py`` makes the months.
    """

    class Origin(models.TextChoices):
        API = "api", "API"
        # The champion's answer on an audited note that it had not seen live.
        AUDIT = "audit", "Audit"
        SHADOW = "shadow", "Shadow"
        BATCH = "batch", "Batch"

    class Outcome(models.TextChoices):
        OK = "ok", "Answered"
        # The model did not answer, or not in time; the champion answered instead, in a row of its own.
        FAILED = "failed", "Failed"
        SLOW = "slow", "Too slow"
        WRONG = "wrong", "No entities"

    # Indexed with the id, below.
    model = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, db_index=False, related_name="predictions")
    deployment = models.ForeignKey(Deployment, on_delete=models.PROTECT, db_index=False, related_name="predictions")
    # None when the caller asked that nothing of the text be kept.
    note = models.ForeignKey(
        Note, on_delete=models.PROTECT, db_index=False, null=True, blank=True, related_name="predictions"
    )
    # What the answer calls it.
    uid = models.UUIDField(default=uuid.uuid4, editable=False)
    origin = models.CharField(max_length=6, choices=Origin.choices)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, null=True, blank=True, related_name="predictions")
    request_id = models.UUIDField(null=True, blank=True)
    client_ref = models.CharField(max_length=200, blank=True, help_text="What the caller calls its request.")
    outcome = models.CharField(max_length=6, choices=Outcome.choices, default=Outcome.OK)
    entities = models.JSONField(help_text="[{start, end, label, score}] in code points.")
    length = models.PositiveIntegerField(null=True, blank=True, help_text="Characters of the text.")
    mean_score = models.FloatField(null=True, blank=True, help_text="Of its entities; none: null.")
    min_score = models.FloatField(null=True, blank=True)
    latency_ms = models.FloatField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ("pk",)
        indexes = (
            models.Index(fields=("note", "model"), name="prediction_of_note_by_model"),
            models.Index(fields=("model", "-id"), name="prediction_of_model"),
            models.Index(
                fields=("request_id",), condition=models.Q(request_id__isnull=False), name="prediction_of_request"
            ),
            models.Index(fields=("uid",), name="prediction_uid"),
            models.Index(
                fields=("client", "client_ref"), condition=~models.Q(client_ref=""), name="prediction_client_ref"
            ),
            models.Index(fields=("deployment", "-created_at"), name="prediction_of_deployment"),
        )

    def __str__(self) -> str:
        return f"prediction {self.pk}"

    @property
    def spans(self) -> list[Span]:
        return spans_from_json(self.entities)
