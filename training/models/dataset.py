from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from annotation.models import Annotation, Note, Project, User


class Dataset(models.Model):
    """A sealed snapshot of gold: which revision of which note is in which split. Immutable once sealed."""

    class Status(models.TextChoices):
        BUILDING = "building", "Building"
        SEALED = "sealed", "Sealed"

    class Kind(models.TextChoices):
        SNAPSHOT = "snapshot", "Snapshot"
        # Frozen: never trained on, and grown only by a new version.
        TEST = "test", "Test set"

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="datasets")
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.SNAPSHOT)
    # The frozen test set that a snapshot's models are scored on.
    test_set = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="snapshots")
    version = models.PositiveIntegerField()
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.BUILDING)
    sha256 = models.CharField(max_length=64, blank=True, help_text="Over the sorted manifest.")
    summary = models.JSONField(default=dict, help_text="Notes and entities per split and label.")
    quality = models.JSONField(default=dict, help_text="The quality report: counts and note ids, no word of a note.")
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("project", "-version")
        constraints = (
            models.UniqueConstraint(fields=("project", "kind", "version"), name="dataset_version_once"),
            models.CheckConstraint(
                condition=Q(status="building", sha256="") | Q(status="sealed") & ~Q(sha256=""),
                name="dataset_sealed_has_hash",
            ),
        )

    def __str__(self) -> str:
        noun = "test set" if self.kind == self.Kind.TEST else "dataset"
        return f"{self.project.slug} {noun} v{self.version}"


class DatasetItem(models.Model):
    """One row of a dataset's manifest."""

    class Split(models.TextChoices):
        TRAIN = "train", "Train"
        DEV = "dev", "Calibration"
        TEST = "test", "Test"

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="items")
    note = models.ForeignKey(Note, on_delete=models.PROTECT, related_name="+")
    annotation = models.ForeignKey(Annotation, on_delete=models.PROTECT, related_name="+")
    split = models.CharField(max_length=5, choices=Split.choices)

    class Meta:
        ordering = ("dataset", "note")
        constraints = (models.UniqueConstraint(fields=("dataset", "note"), name="dataset_item_once"),)

    def __str__(self) -> str:
        return f"note {self.note_id} in {self.split}"

    def manifest_row(self) -> list[Any]:
        return [str(self.note.uid), self.annotation.revision, self.split]
