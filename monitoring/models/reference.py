from __future__ import annotations

from django.db import models

from training.models import ModelVersion


class ReferenceNotes(models.Model):
    """Notes of a model's snapshot that it did not learn from, read by it once: windows are held against them too."""

    model = models.OneToOneField(ModelVersion, on_delete=models.PROTECT, primary_key=True, related_name="+")
    notes = models.JSONField(help_text="Ids, in the order of the rows.")
    rows = models.BinaryField(help_text="Rows as JSON, compressed: counts, no word of a note.")

    def __str__(self) -> str:
        return f"held-out notes of {self.model_id}"
