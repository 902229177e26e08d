from __future__ import annotations

from django.db import models
from django.db.models import Q

from training.models.batch import Batch


class BatchChunk(models.Model):
    """Rows of a batch that one worker takes at a time. Number 0 is the upload itself: reading it makes the others."""

    class Status(models.TextChoices):
        QUEUED = "queued", "Queued"
        RUNNING = "running", "Running"
        DONE = "done", "Done"

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, db_index=False, related_name="chunks")
    number = models.PositiveIntegerField()
    first_row = models.PositiveIntegerField()
    rows = models.PositiveIntegerField()
    status = models.CharField(max_length=7, choices=Status.choices, default=Status.QUEUED)
    done = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    cpu_seconds = models.FloatField(default=0.0)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    # The lease, as that of a run.
    attempt = models.PositiveIntegerField(default=0)
    lost = models.PositiveSmallIntegerField(default=0, help_text="How often its worker was lost.")
    worker = models.CharField(max_length=120, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("batch", "number")
        indexes = (
            models.Index(fields=("batch", "number"), condition=Q(status="queued"), name="batch_chunk_queued"),
            models.Index(fields=("heartbeat_at",), condition=Q(status="running"), name="batch_chunk_lease"),
        )
        constraints = (
            models.UniqueConstraint(fields=("batch", "number"), name="batch_chunk_once"),
            models.CheckConstraint(
                condition=~Q(status="running") | Q(heartbeat_at__isnull=False, attempt__gt=0),
                name="batch_chunk_running_has_lease",
            ),
            models.CheckConstraint(
                condition=Q(status="done", ended_at__isnull=False) | ~Q(status="done") & Q(ended_at__isnull=True),
                name="batch_chunk_done_has_time",
            ),
        )

    def __str__(self) -> str:
        return f"batch {self.batch_id} chunk {self.number}"
