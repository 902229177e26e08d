from __future__ import annotations

import uuid

from django.db import models

from annotation.models.note import Note
from annotation.models.project import Project
from annotation.models.user import User


class Comment(models.Model):
    """What somebody wrote about a note. It may quote the note, so it is encrypted under the note's own key."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="comments")
    note = models.ForeignKey(Note, on_delete=models.PROTECT, related_name="comments")
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="comments")
    ciphertext = models.BinaryField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("note", "pk")

    def __str__(self) -> str:
        return f"comment {self.pk}"

    @property
    def text(self) -> str:
        """What was written. Callers have the reader's permission for the note."""
        return self.note.open_beside(bytes(self.ciphertext), bound_to=self.uid.bytes)
