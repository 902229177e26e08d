from __future__ import annotations

from django.db import models
from django.db.models import Q

from annotation.models.project import Project
from annotation.models.user import User

# Entities of notes; batches of them; what is true of them; reading; notes and annotations in; starting a training.
SCOPES = ("extract", "jobs", "feedback", "read", "write", "train")


def default_scopes() -> list[str]:
    return ["extract"]


class Client(models.Model):
    """A system that calls the API with a key. Only the key's hash is kept; its prefix is shown."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="clients")
    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=12, unique=True)
    key_hash = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)
    scopes = models.JSONField(default=default_scopes, help_text="Of extract, jobs, feedback, read, write, train.")
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="clients_created")
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    # The key before the last rotation, which is answered until then.
    old_prefix = models.CharField(max_length=12, unique=True, null=True, blank=True)
    old_key_hash = models.CharField(max_length=64, blank=True)
    old_until = models.DateTimeField(null=True, blank=True)
    allowed_ips = models.JSONField(default=list, blank=True, help_text="Addresses or networks; empty: from anywhere.")
    rate_per_minute = models.PositiveIntegerField(default=3_000, help_text="Requests a minute, over time.")
    burst = models.PositiveIntegerField(default=500, help_text="Requests at once before the rate counts.")
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ("project", "name")
        constraints = (
            models.UniqueConstraint(
                fields=("project", "name"), condition=Q(revoked_at__isnull=True), name="client_name_once_while_valid"
            ),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True, revoked_by__isnull=True)
                | Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="client_revoked_at_and_by_together",
            ),
            models.CheckConstraint(
                condition=Q(old_prefix__isnull=True, old_key_hash="", old_until__isnull=True)
                | Q(old_prefix__isnull=False, old_until__isnull=False) & ~Q(old_key_hash=""),
                name="client_old_key_is_whole",
            ),
            models.CheckConstraint(condition=Q(rate_per_minute__gt=0, burst__gt=0), name="client_rate_is_above_zero"),
        )

    def __str__(self) -> str:
        return self.name

    # What Django REST framework asks of the caller of a request.
    @property
    def is_authenticated(self) -> bool:
        return self.revoked_at is None
