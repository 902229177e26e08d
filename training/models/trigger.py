from __future__ import annotations

from django.db import models
from django.db.models import Q

from annotation.models import Project, User
from training.models.run import Run


class TriggerRecord(models.Model):
    """That a training was asked for or looked at, and whether it started: "not started because 31 < 50"."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="trigger_records")
    trigger = models.CharField(max_length=10, choices=Run.Trigger.choices)
    started = models.BooleanField()
    sentence = models.CharField(max_length=300)
    counted = models.PositiveIntegerField(null=True, help_text="New gold notes since the last snapshot.")
    needed = models.PositiveIntegerField(null=True)
    run = models.ForeignKey(Run, on_delete=models.PROTECT, null=True, blank=True, related_name="trigger_records")
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    first_at = models.DateTimeField(auto_now_add=True)
    # The same answer again only moves this time, so that a clock that asks each minute fills no table.
    last_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("-pk",)
        indexes = (models.Index(fields=("project", "-last_at"), name="trigger_latest"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(started=True, run__isnull=False) | Q(started=False, run__isnull=True),
                name="trigger_started_has_run",
            ),
        )

    def __str__(self) -> str:
        return f"trigger {self.pk}"
