from __future__ import annotations

from django.db import models

from annotation.models.client import Client


class ClientUsage(models.Model):
    """What a client asked in an hour. Counts are added, so several processes may write one row."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, db_index=False, related_name="usage")
    hour = models.DateTimeField()
    requests = models.PositiveBigIntegerField(default=0)
    documents = models.PositiveBigIntegerField(default=0)
    characters = models.PositiveBigIntegerField(default=0)
    refused = models.PositiveBigIntegerField(default=0, help_text="Answers 4xx.")
    failed = models.PositiveBigIntegerField(default=0, help_text="Answers 5xx.")

    class Meta:
        ordering = ("client", "-hour")
        constraints = (models.UniqueConstraint(fields=("client", "hour"), name="client_usage_once_an_hour"),)

    def __str__(self) -> str:
        return f"usage {self.pk}"
