from __future__ import annotations

from django.db import models
from django.db.models import Q

from annotation.models import Project, User


class AlertQuerySet(models.QuerySet["Alert"]):
    def unresolved(self) -> AlertQuerySet:
        return self.exclude(status=Alert.Status.RESOLVED)


class Alert(models.Model):
    """Something that people should know, told once however often it is seen. Holds no word of a note."""

    class Severity(models.TextChoices):
        INFO = "info", "For information"
        WARNING = "warning", "Warning"
        CRITICAL = "critical", "Critical"

    class Status(models.TextChoices):
        OPEN = "open", "Open"
        ACKNOWLEDGED = "acknowledged", "Acknowledged"
        SNOOZED = "snoozed", "Put off"
        RESOLVED = "resolved", "Resolved"

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="alerts")
    key = models.CharField(max_length=100, help_text="What it is about: the same again is the same alert.")
    severity = models.CharField(max_length=8, choices=Severity.choices)
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.OPEN)
    title = models.CharField(max_length=200)
    sentence = models.TextField()
    proposal = models.CharField(max_length=300, blank=True, help_text="What to do about it.")
    evidence = models.JSONField(default=dict, help_text="Ids and figures.")
    seen = models.PositiveIntegerField(default=1, help_text="How often it was seen.")
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    snoozed_until = models.DateTimeField(null=True, blank=True)
    handled_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    handled_at = models.DateTimeField(null=True, blank=True)

    objects = AlertQuerySet.as_manager()

    class Meta:
        ordering = ("-last_at", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=("project", "key"), condition=~Q(status="resolved"), name="alert_one_unresolved"
            ),
            models.CheckConstraint(
                condition=Q(status="snoozed", snoozed_until__isnull=False)
                | ~Q(status="snoozed") & Q(snoozed_until__isnull=True),
                name="alert_snoozed_has_end",
            ),
            models.CheckConstraint(
                condition=Q(handled_at__isnull=True, handled_by__isnull=True)
                | Q(handled_at__isnull=False, handled_by__isnull=False),
                name="alert_handled_is_whole",
            ),
        )

    def __str__(self) -> str:
        return f"alert {self.pk}"
