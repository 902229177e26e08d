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
        GATES_FAILED = "gates_failed", "Failed a gate"
        UAT = "uat", "Waiting for clinicians' test"
        PENDING_APPROVAL = "pending_approval", "Waiting for approval"
        APPROVED = "approved", "Approved"
        REJECTED = "rejected", "Rejected"
        ARCHIVED = "archived", "Archived"

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="models")
    number = models.PositiveIntegerField()
    run = models.OneToOneField(Run, on_delete=models.PROTECT, related_name="model")
    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="models")
    recipe = models.CharField(max_length=30)
    labels = models.JSONField(default=list)
    folder = models.CharField(max_length=200, help_text="Below the models folder.")
    sha256 = models.CharField(max_length=64)
    signature = models.CharField(max_length=64, blank=True, help_text="Keyed hash of sha256 and run: made by us.")
    size = models.PositiveBigIntegerField(help_text="Bytes on disk.")
    temperature = models.FloatField(default=1.0)
    settings = models.JSONField(default=dict, help_text="The recipe's settings that differ from its defaults.")
    calibration = models.JSONField(default=dict, help_text="{temperature, ece, ece_before, entities, bins}.")
    misaligned = models.PositiveIntegerField(default=0, help_text="Training spans that cut a token and were widened.")
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.PENDING_APPROVAL)
    trained_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_reason = models.TextField(blank=True)
    # A failed gate that two people overrode: a badge for ever.
    overridden_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    override_seconded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    override_reason = models.TextField(blank=True)
    tainted = models.BooleanField(default=False, help_text="Trained on a note that was erased since.")

    class Meta:
        ordering = ("project", "-number")
        constraints = (
            models.UniqueConstraint(fields=("project", "number"), name="model_number_once"),
            models.CheckConstraint(
                condition=Q(status__in=(*DECIDED, "archived"), decided_by__isnull=False, decided_at__isnull=False)
                & ~Q(decision_reason="")
                | ~Q(status__in=(*DECIDED, "archived"))
                & Q(decided_by__isnull=True, decided_at__isnull=True, decision_reason=""),
                name="model_decision_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(overridden_by__isnull=True, override_reason="", override_seconded_by__isnull=True)
                | Q(overridden_by__isnull=False) & ~Q(override_reason=""),
                name="model_override_is_whole",
            ),
        )

    def __str__(self) -> str:
        return f"{self.project.slug} v{self.number}"

    @property
    def path(self) -> Path:
        return settings.MODELS_DIR / self.folder
