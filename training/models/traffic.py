from __future__ import annotations

from django.db import models
from django.db.models import Q

from annotation.models import Project, User
from training.models.deployment import Deployment
from training.models.model_version import ModelVersion


class TrafficMinute(models.Model):
    """What a deployment answered in a minute. Counts are added, so several processes may write one row."""

    deployment = models.ForeignKey(Deployment, on_delete=models.PROTECT, db_index=False, related_name="minutes")
    minute = models.DateTimeField()
    requests = models.PositiveBigIntegerField(default=0)
    documents = models.PositiveBigIntegerField(default=0)
    characters = models.PositiveBigIntegerField(default=0)
    entities = models.PositiveBigIntegerField(default=0)
    entities_squared = models.PositiveBigIntegerField(default=0, help_text="Sum of the squares, document by document.")
    empty = models.PositiveBigIntegerField(default=0, help_text="Documents in which nothing was found.")
    doubtful = models.PositiveBigIntegerField(default=0, help_text="Entities with a score below .5.")
    unsure = models.PositiveBigIntegerField(default=0, help_text="Documents with a doubtful entity.")
    failed = models.PositiveBigIntegerField(default=0, help_text="Requests that it did not answer.")
    wrong = models.PositiveBigIntegerField(default=0, help_text="Requests answered with what is no entity.")
    slow = models.PositiveBigIntegerField(default=0, help_text="Requests that it did not answer in time.")
    lost = models.PositiveBigIntegerField(default=0, help_text="Documents whose record could not be kept.")
    milliseconds = models.FloatField(default=0.0, help_text="Sum over the requests.")
    latencies = models.JSONField(default=dict, help_text="Requests by the upper edge of their latency in ms.")

    class Meta:
        ordering = ("deployment", "-minute")
        constraints = (models.UniqueConstraint(fields=("deployment", "minute"), name="traffic_once_a_minute"),)

    def __str__(self) -> str:
        return f"traffic {self.pk}"


class RolloutQuerySet(models.QuerySet["Rollout"]):
    def running(self) -> RolloutQuerySet:
        return self.filter(status=Rollout.Status.RUNNING)

    def answering(self) -> RolloutQuerySet:
        """Those whose version answers callers: canaries and tests."""
        return self.filter(kind__in=(Rollout.Kind.CANARY, Rollout.Kind.AB))

    def with_models(self) -> RolloutQuerySet:
        return self.select_related(
            "project", "model__project", "deployment__model", "champion__model", "started_by", "ended_by"
        )


class Rollout(models.Model):
    """A version on its way into service: by stages, against the champion, or in its shadow."""

    class Kind(models.TextChoices):
        CANARY = "canary", "Canary"
        AB = "ab", "A/B test"
        SHADOW = "shadow", "Shadow"

    class Status(models.TextChoices):
        RUNNING = "running", "Running"
        PROMOTED = "promoted", "Promoted"
        ROLLED_BACK = "rolled_back", "Rolled back"
        # Ended by a person, or at its planned end without a winner.
        ENDED = "ended", "Ended"
        INCONCLUSIVE = "inconclusive", "Inconclusive"

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="rollouts")
    model = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="rollouts")
    champion = models.ForeignKey(Deployment, on_delete=models.PROTECT, related_name="+")
    deployment = models.OneToOneField(Deployment, on_delete=models.PROTECT, related_name="rollout")
    kind = models.CharField(max_length=6, choices=Kind.choices)
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.RUNNING)
    stages = models.JSONField(default=list, help_text="Shares in percent, ascending; of a test or a shadow: one.")
    stage = models.PositiveSmallIntegerField(default=0)
    stage_started_at = models.DateTimeField()
    bake_seconds = models.PositiveIntegerField(help_text="The least time of a stage.")
    minimum_requests = models.PositiveIntegerField(help_text="The fewest requests of a stage; of a test: all it takes.")
    limits = models.JSONField(default=dict, help_text="What each alarm bears; empty: the defaults.")
    passed = models.JSONField(default=list, help_text="Stages passed: [{share, started_at, ended_at, requests}].")
    plan = models.JSONField(default=dict, help_text="Of a test: its metric, the difference to see, how it was planned.")
    pairs = models.JSONField(default=dict, help_text="Notes that both models read: how far, how many, how alike.")
    result = models.JSONField(default=dict, help_text="The figures when it ended.")
    started_at = models.DateTimeField()
    started_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.TextField(blank=True)

    objects = RolloutQuerySet.as_manager()

    class Meta:
        ordering = ("-pk",)
        constraints = (
            models.UniqueConstraint(
                fields=("project",),
                condition=Q(status="running") & ~Q(kind="shadow"),
                name="rollout_one_that_answers",
            ),
            models.UniqueConstraint(
                fields=("project",), condition=Q(status="running", kind="shadow"), name="rollout_one_shadow"
            ),
            models.CheckConstraint(
                condition=Q(status="running", ended_at__isnull=True, ended_by__isnull=True, reason="")
                | ~Q(status="running") & Q(ended_at__isnull=False, ended_by__isnull=False) & ~Q(reason=""),
                name="rollout_end_is_whole",
            ),
        )

    def __str__(self) -> str:
        return f"rollout {self.pk}"

    @property
    def share(self) -> int:
        """Percent of the callers (of a shadow: of the notes) in the present stage."""
        return int(self.stages[self.stage])

    @property
    def in_last_stage(self) -> bool:
        return self.stage == len(self.stages) - 1

    @property
    def sentence(self) -> str:
        """How far it is, in words."""
        stage = f", stage {self.stage + 1} of {len(self.stages)}" if len(self.stages) > 1 else ""
        whom = "notes" if self.kind == self.Kind.SHADOW else "callers"
        return f"{self.get_kind_display()}{stage}: {self.share} % of the {whom}."
