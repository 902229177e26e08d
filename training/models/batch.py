from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from annotation.crypto import Sealed
from annotation.models import Client, Project, User
from training.models.deployment import Deployment
from training.models.model_version import ModelVersion


class BatchQuerySet(models.QuerySet["Batch"]):
    def unfinished(self) -> BatchQuerySet:
        return self.filter(status__in=(Batch.Status.QUEUED, Batch.Status.RUNNING))


class Batch(models.Model):
    """Many notes in one upload, read by one model over any number of workers, whose results wait to be fetched.

    The texts lie in files, encrypted under the batch's own key: without ``wrapped_key`` they are gone for ever.
    """

    class Status(models.TextChoices):
        QUEUED = "queued", "Queued"
        RUNNING = "running", "Running"
        SUCCEEDED = "succeeded", "Succeeded"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Cancelled"

    class Format(models.TextChoices):
        JSON = "json", "JSON"
        JSONL = "jsonl", "JSONL"
        CSV = "csv", "CSV"

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, db_index=False, related_name="batches")
    # Whoever sent it: a platform's key or a person.
    client = models.ForeignKey(Client, on_delete=models.PROTECT, null=True, blank=True, related_name="batches")
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="batches")
    # What served when it was sent: all its rows are read by this version, whatever serves later.
    deployment = models.ForeignKey(Deployment, on_delete=models.PROTECT, related_name="batches")
    model = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="batches")
    status = models.CharField(max_length=9, choices=Status.choices, default=Status.QUEUED)
    format = models.CharField(max_length=5, choices=Format.choices)
    store = models.BooleanField(default=True, help_text="Keep the texts as notes of the project.")
    index_type = models.CharField(max_length=9, default="codepoint", help_text="What offsets count: codepoint, utf16.")
    client_ref = models.CharField(max_length=200, blank=True, help_text="What the caller calls its request.")
    size = models.PositiveBigIntegerField(help_text="Bytes of the upload.")
    wrapped_key = models.BinaryField(null=True)
    key_id = models.CharField(max_length=40)
    # Rows that were read so far; what became of them. The rest of `rows` waits.
    rows = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    quarantined = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(help_text="When texts and results go; again as long after its end.")

    objects = BatchQuerySet.as_manager()

    class Meta:
        ordering = ("-pk",)
        indexes = (
            models.Index(fields=("project", "-id"), name="batch_of_project"),
            models.Index(fields=("id",), condition=Q(status__in=("queued", "running")), name="batch_unfinished"),
            models.Index(fields=("expires_at",), condition=Q(wrapped_key__isnull=False), name="batch_expires"),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(client__isnull=True, created_by__isnull=False)
                | Q(client__isnull=False, created_by__isnull=True),
                name="batch_has_one_sender",
            ),
            models.CheckConstraint(
                condition=Q(status__in=("queued", "running"), ended_at__isnull=True)
                | Q(status__in=("succeeded", "failed", "cancelled"), ended_at__isnull=False),
                name="batch_ended_has_time",
            ),
            models.CheckConstraint(
                condition=Q(status="failed") & ~Q(error="") | ~Q(status="failed") & Q(error=""),
                name="batch_failed_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(wrapped_key__isnull=False) | Q(ended_at__isnull=False), name="batch_key_goes_after_end"
            ),
        )

    def __str__(self) -> str:
        return f"batch {self.pk}"

    @property
    def is_over(self) -> bool:
        return self.status not in (self.Status.QUEUED, self.Status.RUNNING)

    @property
    def settled(self) -> int:
        """Rows whose result is there."""
        return self.done + self.failed + self.quarantined

    @property
    def sealed(self) -> Sealed:
        """The key of the batch's files."""
        return Sealed(b"", bytes(self.wrapped_key or b""), self.key_id)
