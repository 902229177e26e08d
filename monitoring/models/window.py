from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from annotation.models import Project
from monitoring.policy import Level
from training.models import ModelVersion

LEVELS = [(level.value, level.value.replace("_", " ").capitalize()) for level in Level]


class Window(models.Model):
    """A stretch of a champion's service: what was counted in it, and the level after it. Windows of one champion follow
    each other without a gap; the first begins when it goes into service."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="windows")
    model = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="windows")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    answers = models.PositiveBigIntegerField(help_text="Documents answered, by the counts of traffic and of batches.")
    requests = models.PositiveBigIntegerField(help_text="Asked of it, also those that it did not answer.")
    failed = models.PositiveBigIntegerField()
    empty = models.PositiveBigIntegerField(help_text="Documents in which nothing was found.")
    unusable = models.PositiveBigIntegerField(help_text="Inputs that were refused: no notes.")
    notes_read = models.PositiveIntegerField(help_text="Notes drawn by lot whose features were looked at.")
    estimate = models.FloatField(null=True, blank=True, help_text="F1 without labels.")
    novel = models.BooleanField(default=False, help_text="More unseen words than chance makes: the estimate is unsure.")
    in_reference = models.BooleanField(default=False, help_text="Later windows are held against it.")
    evidence = models.JSONField(help_text="As monitoring/policy/level.py keeps it: what the level rests on.")
    level = models.CharField(max_length=12, choices=LEVELS)
    reasons = models.JSONField(default=list, help_text="[{rule, level, sentence}], the gravest first.")
    policy_version = models.PositiveIntegerField(help_text="0: the defaults.")
    measured_at = models.DateTimeField()

    class Meta:
        ordering = ("-starts_at",)
        constraints = (
            models.UniqueConstraint(fields=("model", "starts_at"), name="window_once"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="window_ends_after_it_starts"),
        )

    def __str__(self) -> str:
        return f"window {self.pk}"


class WindowNotes(models.Model):
    """The notes of a window that were read: their ids, and of each what monitoring/drift/rows.py keeps of it."""

    window = models.OneToOneField(Window, on_delete=models.CASCADE, primary_key=True, related_name="read")
    notes = models.JSONField(help_text="Ids, in the order of the rows.")
    rows = models.BinaryField(help_text="Rows as JSON, compressed: counts, no word of a note.")

    def __str__(self) -> str:
        return f"notes of window {self.window_id}"
