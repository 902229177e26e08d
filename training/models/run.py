from __future__ import annotations

from django.db import models
from django.db.models import Q

from annotation.models import Project, User


class RunQuerySet(models.QuerySet["Run"]):
    def unfinished(self) -> RunQuerySet:
        return self.filter(status__in=(Run.Status.QUEUED, Run.Status.RUNNING, Run.Status.WAITING))

    def in_work(self) -> RunQuerySet:
        """Queued or running: not those that wait for a person."""
        return self.filter(status__in=(Run.Status.QUEUED, Run.Status.RUNNING))


class Run(models.Model):
    """Every job that takes time. Its row is the truth; a message in the queue only says: look at it."""

    class Kind(models.TextChoices):
        PIPELINE = "pipeline", "Train a model"
        EXPERIMENT = "experiment", "Experiment"
        TRIAL = "trial", "Trial"
        EVALUATE = "evaluate", "Evaluate a version again"
        UAT = "uat", "Draw a clinicians' test"
        INGEST = "ingest", "Import notes"
        EXPORT = "export", "Export"

    class Status(models.TextChoices):
        QUEUED = "queued", "Queued"
        RUNNING = "running", "Running"
        WAITING = "waiting", "Waiting for a person"
        SUCCEEDED = "succeeded", "Succeeded"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Cancelled"

    class Trigger(models.TextChoices):
        USER = "user", "Person"
        NEW_GOLD = "new_gold", "New gold"
        SCHEDULE = "schedule", "Schedule"
        DECISION = "decision", "Decision"
        API = "api", "API"
        DEMO = "demo", "Demo set-up"

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="runs")
    name = models.CharField(max_length=120, blank=True)
    # The experiment of a trial; the run whose outputs this one goes on from.
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")
    source = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="continuations")
    # The version that is evaluated again or tested: at most one unfinished run of a kind at a time.
    subject = models.ForeignKey(
        "training.ModelVersion", on_delete=models.PROTECT, null=True, blank=True, related_name="jobs"
    )
    kind = models.CharField(max_length=10, choices=Kind.choices)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.QUEUED)
    trigger = models.CharField(max_length=10, choices=Trigger.choices, default=Trigger.USER)
    params = models.JSONField(default=dict)
    seed = models.PositiveIntegerField(default=0)
    environment = models.JSONField(default=dict, help_text="Code commit and library versions that carried it out.")
    metrics = models.JSONField(default=dict)
    cpu_seconds = models.FloatField(default=0.0, help_text="Processor time of its steps: the cost.")
    error = models.CharField(max_length=500, blank=True)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="runs")
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    # The lease: whoever holds this attempt renews the heartbeat; the reaper takes it back when it stops.
    attempt = models.PositiveSmallIntegerField(default=0)
    lost = models.PositiveSmallIntegerField(default=0, help_text="How often its worker was lost.")
    worker = models.CharField(max_length=120, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    nudged_at = models.DateTimeField(null=True, blank=True, help_text="When the queue was last told of it.")

    objects = RunQuerySet.as_manager()

    class Meta:
        ordering = ("-pk",)
        indexes = (models.Index(fields=("status", "heartbeat_at"), name="run_lease"),)
        constraints = (
            models.CheckConstraint(
                condition=~Q(status="running") | Q(heartbeat_at__isnull=False, attempt__gt=0),
                name="run_running_has_lease",
            ),
            models.CheckConstraint(
                condition=Q(status__in=("queued", "running", "waiting"), ended_at__isnull=True)
                | Q(status__in=("succeeded", "failed", "cancelled"), ended_at__isnull=False),
                name="run_ended_has_time",
            ),
            models.UniqueConstraint(
                fields=("subject", "kind"),
                condition=Q(status__in=("queued", "running", "waiting"), subject__isnull=False),
                name="run_one_unfinished_per_subject",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=("evaluate", "uat"), subject__isnull=False)
                | ~Q(kind__in=("evaluate", "uat")) & Q(subject__isnull=True),
                name="run_subject_where_needed",
            ),
        )

    def __str__(self) -> str:
        return f"run {self.pk}"

    @property
    def is_over(self) -> bool:
        return self.status not in (self.Status.QUEUED, self.Status.RUNNING, self.Status.WAITING)


class Step(models.Model):
    """A named part of a run, there from the start so that the whole road is seen."""

    class Status(models.TextChoices):
        PENDING = "pending", "Pending"
        RUNNING = "running", "Running"
        WAITING = "waiting", "Waiting"
        SUCCEEDED = "succeeded", "Succeeded"
        REUSED = "reused", "Reused"
        SKIPPED = "skipped", "Skipped"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Cancelled"

    DONE = (Status.SUCCEEDED, Status.REUSED, Status.SKIPPED)

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=30)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.PENDING)
    progress = models.FloatField(default=0.0, help_text="Share done, 0 to 1.")
    message = models.CharField(max_length=200, blank=True)
    attempt = models.PositiveSmallIntegerField(default=0, help_text="How often it was begun.")
    inputs = models.JSONField(default=dict, help_text="What it took from earlier steps: {step: identity}.")
    params = models.JSONField(default=dict, help_text="The run's parameters that it used.")
    outputs = models.JSONField(default=dict)
    log = models.TextField(blank=True, help_text="Lines for people, each with its time. No word of a note.")
    # Hash of the step's code version, inputs and parameters: equal keys give equal outputs.
    cache_key = models.CharField(max_length=64, blank=True)
    reused_from = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    cpu_seconds = models.FloatField(default=0.0)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("run", "position")
        indexes = (models.Index(fields=("cache_key",), condition=~Q(cache_key=""), name="step_cache"),)
        constraints = (
            models.UniqueConstraint(fields=("run", "position"), name="step_position_once"),
            models.CheckConstraint(condition=Q(progress__range=(0, 1)), name="step_progress_is_a_share"),
        )

    def __str__(self) -> str:
        return f"{self.name} of run {self.run_id}"

    @property
    def seconds(self) -> float | None:
        if not (self.started_at and self.ended_at):
            return None
        return (self.ended_at - self.started_at).total_seconds()
