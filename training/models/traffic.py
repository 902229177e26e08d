from __future__ import annotations

from django.db import models

from training.models.deployment import Deployment


class TrafficMinute(models.Model):
    """What a deployment answered in a minute. Counts are added, so several processes may write one row."""

    deployment = models.ForeignKey(Deployment, on_delete=models.PROTECT, db_index=False, related_name="minutes")
    minute = models.DateTimeField()
    requests = models.PositiveBigIntegerField(default=0)
    documents = models.PositiveBigIntegerField(default=0)
    characters = models.PositiveBigIntegerField(default=0)
    entities = models.PositiveBigIntegerField(default=0)
    empty = models.PositiveBigIntegerField(default=0, help_text="Documents in which nothing was found.")
    doubtful = models.PositiveBigIntegerField(default=0, help_text="Entities with a score below .5.")
    failed = models.PositiveBigIntegerField(default=0, help_text="Requests that it did not answer.")
    slow = models.PositiveBigIntegerField(default=0, help_text="Requests that it did not answer in time.")
    lost = models.PositiveBigIntegerField(default=0, help_text="Documents whose record could not be kept.")
    milliseconds = models.FloatField(default=0.0, help_text="Sum over the requests.")
    latencies = models.JSONField(default=dict, help_text="Requests by the upper edge of their latency in ms.")

    class Meta:
        ordering = ("deployment", "-minute")
        constraints = (models.UniqueConstraint(fields=("deployment", "minute"), name="traffic_once_a_minute"),)

    def __str__(self) -> str:
        return f"traffic {self.pk}"
