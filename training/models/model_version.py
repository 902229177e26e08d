from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.db import models
from django.db.models import Q

from annotation.models import Project, User
from training.models.dataset import Dataset
from training.models.run import Run

DECIDED = ("approved", "rejected")


class ModelVersion(models.Model):
    """A trained model: its artefact on disk, where it comes from, and what was decided about it."""

    class Status(models.TextChoices):
        PENDING_APPROVAL = "pending_approval", "Waiting for approval"
        APPROVED = "approved", "Approved"
        REJECTED = "rejected", "Rejected"

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="models")
    number = models.PositiveIntegerField()
    run = models.OneToOneField(Run, on_delete=models.PROTECT, related_name="model")
    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="models")
    recipe = models.CharField(max_length=30)
    labels = models.JSONField(default=list)
    folder = models.CharField(max_length=200, help_text="Below the models folder.")
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField(help_text="Bytes on disk.")
    temperature = models.FloatField(default=1.0)
    misaligned = models.PositiveIntegerField(default=0, help_text="Training spans that cut a token and were widened.")
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.PENDING_APPROVAL)
    trained_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_reason = models.TextField(blank=True)

    class Meta:
        ordering = ("project", "-number")
        constraints = (
            models.UniqueConstraint(fields=("project", "number"), name="model_number_once"),
            models.CheckConstraint(
                condition=Q(status__in=DECIDED, decided_by__isnull=False, decided_at__isnull=False)
                & ~Q(decision_reason="")
                | ~Q(status__in=DECIDED) & Q(decided_by__isnull=True, decided_at__isnull=True, decision_reason=""),
                name="model_decision_is_whole",
            ),
        )

    def __str__(self) -> str:
        return f"{self.project.slug} v{self.number}"

    @property
    def path(self) -> Path:
        return settings.MODELS_DIR / self.folder
