from __future__ import annotations

from django.db import models
from django.db.models import Q

from annotation.models.project import Project
from annotation.models.user import User

SCOPES = ("extract", "read", "train")


def default_scopes() -> list[str]:
    return ["extract"]


class Client(models.Model):
    """A system that calls the API with a key. Only the key's hash is kept; its prefix is shown."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="clients")
    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=12, unique=True)
    key_hash = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)
    scopes = models.JSONField(default=default_scopes, help_text="Of extract, read, train.")
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="clients_created")
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
        )

    def __str__(self) -> str:
        return self.name

    # What Django REST framework asks of the caller of a request.
    @property
    def is_authenticated(self) -> bool:
        return self.revoked_at is None
