from __future__ import annotations

from django.db import models
from django.db.models import Q

from annotation.models.client import Client


class KeptReply(models.Model):
    """What a request with an Idempotency-Key was answered, so that the same request gets the same answer.

    The body may hold words of notes: it is encrypted under a key of its own, and the row is deleted when it expires.
    """

    client = models.ForeignKey(Client, on_delete=models.PROTECT, db_index=False, related_name="replies")
    key = models.CharField(max_length=200)
    request_sha256 = models.CharField(max_length=64)
    # Null: the first request is still at work.
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    ciphertext = models.BinaryField(null=True)
    wrapped_key = models.BinaryField(null=True)
    key_id = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=("client", "key"), name="kept_reply_once"),
            models.CheckConstraint(
                condition=Q(status__isnull=True, ciphertext__isnull=True, wrapped_key__isnull=True)
                | Q(status__gte=200, status__lt=500, ciphertext__isnull=False, wrapped_key__isnull=False),
                name="kept_reply_is_whole",
            ),
        )

    def __str__(self) -> str:
        return f"reply {self.pk}"
