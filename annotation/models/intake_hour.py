from __future__ import annotations

from django.db import models

from annotation.models.project import Project


class IntakeHour(models.Model):
    """What came in for a project in an hour, counted by field. Counts are added, so several processes may write one
    row. No value is kept, and no name of a field that is unknown."""

    class Origin(models.TextChoices):
        API = "api", "Extract"
        NOTES = "notes", "Notes for annotators"
        BATCH = "batch", "Batches"

    project = models.ForeignKey(Project, on_delete=models.PROTECT, db_index=False, related_name="intake_hours")
    hour = models.DateTimeField()
    origin = models.CharField(max_length=5, choices=Origin.choices)
    documents = models.PositiveBigIntegerField(default=0)
    refused = models.PositiveBigIntegerField(default=0, help_text="No notes.")
    unknown = models.PositiveBigIntegerField(default=0, help_text="With a field that is unknown.")
    fields = models.JSONField(default=dict, help_text="{field: [present, faulty]}")

    class Meta:
        ordering = ("project", "-hour", "origin")
        constraints = (models.UniqueConstraint(fields=("project", "hour", "origin"), name="intake_hour_once"),)

    def __str__(self) -> str:
        return f"intake {self.pk}"
