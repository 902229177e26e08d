from __future__ import annotations

import uuid
from datetime import datetime
from urllib.parse import urlsplit

from django.db import models
from django.db.models import Exists, OuterRef, Q

from annotation.crypto import Sealed
from annotation.models import Project, User
from monitoring.models.alert import Alert


class ChannelQuerySet(models.QuerySet["Channel"]):
    def active(self) -> ChannelQuerySet:
        return self.filter(active=True)


class Channel(models.Model):
    """Where alerts of a project are told outside the product. The secret that signs a webhook is encrypted."""

    class Kind(models.TextChoices):
        EMAIL = "email", "E-mail"
        WEBHOOK = "webhook", "Webhook"

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="channels")
    kind = models.CharField(max_length=7, choices=Kind.choices)
    target = models.CharField(max_length=500, help_text="An e-mail address or a URL.")
    least = models.CharField(max_length=8, choices=Alert.Severity.choices, default=Alert.Severity.WARNING)
    # A webhook's secret under its own key; gone when the channel is removed.
    ciphertext = models.BinaryField(null=True)
    wrapped_key = models.BinaryField(null=True)
    key_id = models.CharField(max_length=40, blank=True)
    active = models.BooleanField(default=True)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    removed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = ChannelQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(
                fields=("project", "kind", "target"), condition=Q(active=True), name="channel_target_once"
            ),
            models.CheckConstraint(
                condition=Q(active=True, removed_by__isnull=True, removed_at__isnull=True)
                | Q(active=False, removed_by__isnull=False, removed_at__isnull=False),
                name="channel_removal_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(kind="webhook", active=True, ciphertext__isnull=False, wrapped_key__isnull=False)
                | Q(kind="webhook", active=False, ciphertext__isnull=True, wrapped_key__isnull=True)
                | Q(kind="email", ciphertext__isnull=True, wrapped_key__isnull=True),
                name="channel_webhook_has_secret",
            ),
        )

    def __str__(self) -> str:
        return f"channel {self.pk}"

    @property
    def sealed(self) -> Sealed:
        return Sealed(bytes(self.ciphertext or b""), bytes(self.wrapped_key or b""), self.key_id)

    @property
    def place(self) -> str:
        """The target as everybody may see it: a webhook's path and query may hold a password."""
        if self.kind == self.Kind.EMAIL:
            return self.target
        parts = urlsplit(self.target)
        return f"{parts.scheme}://{parts.netloc}/…"


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def waiting(self) -> DeliveryQuerySet:
        return self.filter(status=Delivery.Status.WAITING)

    def due(self, now: datetime) -> DeliveryQuerySet:
        """What is to be sent now; of an alert on a channel only the first that waits: their order is kept."""
        earlier = Delivery.objects.waiting().filter(
            alert=OuterRef("alert"), channel=OuterRef("channel"), pk__lt=OuterRef("pk")
        )
        return self.waiting().filter(~Exists(earlier), next_try_at__lte=now)


class Delivery(models.Model):
    """An occasion of an alert that is to be told on a channel: the outbox, and what became of it."""

    class Occasion(models.TextChoices):
        OPENED = "opened", "Opened"
        GRAVER = "graver", "Grew graver"
        RESOLVED = "resolved", "Resolved"

    class Status(models.TextChoices):
        WAITING = "waiting", "Waiting"
        SENT = "sent", "Sent"
        FAILED = "failed", "Failed"

    alert = models.ForeignKey(Alert, on_delete=models.PROTECT, related_name="deliveries")
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="deliveries")
    occasion = models.CharField(max_length=8, choices=Occasion.choices)
    seen = models.PositiveIntegerField(help_text="How often the alert had been seen then: an alert can grow twice.")
    severity = models.CharField(max_length=8, choices=Alert.Severity.choices, help_text="The alert's then.")
    status = models.CharField(max_length=7, choices=Status.choices, default=Status.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=200, blank=True, help_text="Why the last try failed.")
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        ordering = ("-pk",)
        indexes = (models.Index(fields=("next_try_at",), condition=Q(status="waiting"), name="delivery_waiting"),)
        constraints = (
            models.UniqueConstraint(fields=("alert", "channel", "occasion", "seen"), name="delivery_occasion_once"),
            models.CheckConstraint(
                condition=Q(status="waiting", next_try_at__isnull=False, sent_at__isnull=True)
                | Q(status="sent", next_try_at__isnull=True, sent_at__isnull=False, error="")
                | Q(status="failed", next_try_at__isnull=True, sent_at__isnull=True) & ~Q(error=""),
                name="delivery_state_is_whole",
            ),
        )

    def __str__(self) -> str:
        return f"delivery {self.pk}"
