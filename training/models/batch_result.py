from __future__ import annotations

from django.db import models
from django.db.models import Q

from training.models.batch import Batch


class BatchResult(models.Model):
    """What became of a row of an upload, exactly one for each. Holds no text: words are cut from the chunk's file."""

    pk = models.CompositePrimaryKey("batch_id", "row")
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, db_index=False, related_name="results")
    row = models.PositiveIntegerField(help_text="Of the upload, from 1.")
    external_id = models.CharField(max_length=200, blank=True)
    prediction_uid = models.UUIDField(null=True, blank=True)
    entities = models.JSONField(default=list, help_text="[[start, end, label, score]] in code points.")
    errors = models.JSONField(default=list, help_text="Sentences; none of them quotes a text.")
    quarantined = models.BooleanField(default=False, help_text="The row could not be read as a note.")

    class Meta:
        ordering = ("batch", "row")
        indexes = (models.Index(fields=("batch", "row"), condition=~Q(errors=[]), name="batch_result_with_errors"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(prediction_uid__isnull=False, quarantined=False, errors=[])
                | Q(prediction_uid__isnull=True, entities=[]) & ~Q(errors=[]),
                name="batch_result_found_or_errors",
            ),
        )

    def __str__(self) -> str:
        return f"batch {self.batch_id} row {self.row}"
