from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from annotation.crypto import Sealed
from annotation.intake import FACETS as FACETS
from annotation.keys import keyring
from annotation.models.project import Project


class NoteQuerySet(models.QuerySet["Note"]):
    def outside_audit(self) -> NoteQuerySet:
        """Notes that may be trained on: those of the audit sample make the KPI and nothing else."""
        return self.exclude(tasks__reason="random_audit")


class Note(models.Model):
    """A clinical note as it was received. Its text never changes and is encrypted under a key of its own."""

    class Status(models.TextChoices):
        ACTIVE = "active", "Active"
        WITHDRAWN = "withdrawn", "Withdrawn"
        ERASED = "erased", "Erased"

    class Origin(models.TextChoices):
        API = "api", "API"
        IMPORT = "import", "Import"
        DEMO = "demo", "Demo"

    project = models.ForeignKey(Project, on_delete=models.PROTECT, db_index=False, related_name="notes")
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    external_id = models.CharField(max_length=200)
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.ACTIVE)
    origin = models.CharField(max_length=8, choices=Origin.choices)
    ciphertext = models.BinaryField()
    wrapped_key = models.BinaryField(null=True)
    key_id = models.CharField(max_length=40)
    fingerprint = models.CharField(max_length=64)
    length = models.PositiveIntegerField(help_text="Characters of the text, as Unicode code points.")
    patient = models.CharField(max_length=32, blank=True, help_text="Pseudonym.")
    doctor = models.CharField(max_length=32, blank=True, help_text="Pseudonym.")
    specialty = models.CharField(max_length=200, blank=True)
    city = models.CharField(max_length=200, blank=True)
    gender = models.CharField(max_length=200, blank=True)
    age_band = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=200, blank=True)
    source = models.CharField(max_length=200, blank=True)
    received_at = models.DateTimeField()

    objects = NoteQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=("project", "external_id"), name="note_once_per_project"),
            models.CheckConstraint(
                condition=Q(status="erased", wrapped_key__isnull=True)
                | (~Q(status="erased") & Q(wrapped_key__isnull=False)),
                name="note_key_is_gone_when_erased",
            ),
        )

    def __str__(self) -> str:
        return f"note {self.pk}"

    @property
    def text(self) -> str:
        """The text as received. Callers have the reader's permission: load notes through annotation/access.py."""
        return keyring().open(self.sealed, bound_to=self.uid.bytes)

    @property
    def sealed(self) -> Sealed:
        return Sealed(bytes(self.ciphertext), bytes(self.wrapped_key or b""), self.key_id)

    def seal_beside(self, text: str, *, bound_to: bytes) -> bytes:
        """Encrypt a text that belongs to the note, a comment, under the note's own key: erased with it."""
        return keyring().seal_beside(self.sealed, text, owner=self.uid.bytes, bound_to=bound_to)

    def open_beside(self, ciphertext: bytes, *, bound_to: bytes) -> str:
        return keyring().open_beside(self.sealed, ciphertext, owner=self.uid.bytes, bound_to=bound_to)

    @property
    def facets(self) -> dict[str, str]:
        return {name: getattr(self, name) for name in FACETS}
