from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from annotation.models.note import Note
from annotation.models.project import Project


class NoteIndex(models.Model):
    """What the notes list searches: keyed hashes of a note's words and marks, never a word. Derived, can be rebuilt."""

    class Status(models.TextChoices):
        NONE = "none", "Nothing yet"
        SUGGESTED = "suggested", "Suggested"
        SUBMITTED = "submitted", "Waits for a second opinion"
        GOLD = "gold", "Gold"

    note = models.OneToOneField(Note, on_delete=models.CASCADE, primary_key=True, related_name="index")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, db_index=False, related_name="+")
    terms = ArrayField(models.BigIntegerField(), help_text="Keyed hashes of stems, mentions and tags.")
    status = models.CharField(max_length=10, choices=Status.choices)
    min_score = models.FloatField(null=True, help_text="Of the least sure suggestion.")
    disagreement = models.FloatField(null=True, help_text="1 - F1 of the two blind annotations.")
    annotated_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-note",)
        indexes = (
            GinIndex(fields=("terms",), name="note_index_terms"),
            models.Index(fields=("project", "-note"), name="note_index_newest"),
            models.Index(fields=("project", "min_score", "-note"), name="note_index_doubt"),
            models.Index(
                models.F("project"),
                models.F("disagreement").desc(),
                models.F("note").desc(),
                condition=models.Q(disagreement__isnull=False),
                name="note_index_disagreement",
            ),
            models.Index(fields=("project", "-annotated_at", "-note"), name="note_index_annotated"),
        )
        constraints = (
            models.CheckConstraint(
                condition=models.Q(status__in=("none", "suggested", "submitted", "gold")), name="note_index_status"
            ),
        )

    def __str__(self) -> str:
        return f"index of note {self.note_id}"


class IndexDue(models.Model):
    """A note whose index row is behind. Always added, never shared: the worker deletes the rows it saw, then reads."""

    note = models.ForeignKey(Note, on_delete=models.CASCADE, db_index=False, related_name="+")

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"index of note {self.note_id} is due"
