from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Case, Count, Q, Value, When
from django.utils import timezone

from annotation.models.note import Note
from annotation.models.project import Project
from annotation.models.user import User


class TaskQuerySet(models.QuerySet["Task"]):
    def waiting(self) -> TaskQuerySet:
        """Open, or begun by somebody whose lease has run out."""
        lost = Q(status=Task.Status.IN_PROGRESS, lease_until__lt=timezone.now())
        return self.filter(Q(status=Task.Status.OPEN) | lost)

    def held_by(self, user: User) -> TaskQuerySet:
        return self.filter(status=Task.Status.IN_PROGRESS, assignee=user, lease_until__gte=timezone.now())

    def in_queue_order(self) -> TaskQuerySet:
        """Audits and labels take turns by age, so that neither starves the other."""
        return self.order_by("-priority", "position", "pk")

    def count_by_status(self) -> dict[str, int]:
        return dict(self.order_by().values_list("status").annotate(n=Count("pk")))

    def queue_summary(self) -> list[dict[str, Any]]:
        """One row a reason: ``reason``, ``waiting``, ``in_progress``, ``done``."""
        now = timezone.now()
        lost = Q(status=Task.Status.IN_PROGRESS, lease_until__lt=now)
        rows = (
            self.order_by()
            .values("reason")
            .annotate(
                waiting=Count("pk", filter=Q(status=Task.Status.OPEN) | lost),
                in_progress=Count("pk", filter=Q(status=Task.Status.IN_PROGRESS, lease_until__gte=now)),
                done=Count("pk", filter=Q(status=Task.Status.ACCEPTED)),
                skipped=Count("pk", filter=Q(status=Task.Status.SKIPPED)),
                rank=Case(*(When(reason=r, then=Value(i)) for i, r in enumerate(Task.Reason.values)), default=99),
            )
            .order_by("rank")
        )
        return [{**row, "name": Task.Reason(row["reason"]).label} for row in rows]


class Task(models.Model):
    """A request to a person: look at this note, for this reason."""

    class Reason(models.TextChoices):
        LABEL = "label", "Label"
        RANDOM_AUDIT = "random_audit", "Audit (blind)"

    class Status(models.TextChoices):
        OPEN = "open", "Open"
        IN_PROGRESS = "in_progress", "In progress"
        ACCEPTED = "accepted", "Done"
        SKIPPED = "skipped", "Skipped"

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="tasks")
    note = models.ForeignKey(Note, on_delete=models.PROTECT, related_name="tasks")
    reason = models.CharField(max_length=16, choices=Reason.choices)
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.OPEN)
    # A blind task starts from an empty note: pre-annotations would pull the annotator's judgement.
    blind = models.BooleanField(default=False)
    priority = models.SmallIntegerField(default=0)
    position = models.PositiveIntegerField(default=0, help_text="Place in the queue among equal priorities.")
    assignee = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="tasks")
    lease_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    skip_reason = models.CharField(max_length=200, blank=True)
    seconds_spent = models.PositiveIntegerField(default=0)

    objects = TaskQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)
        indexes = (models.Index(fields=("project", "status", "-priority", "position"), name="task_queue"),)
        constraints = (
            models.UniqueConstraint(
                fields=("note", "reason"),
                condition=Q(status__in=("open", "in_progress")),
                name="task_one_unfinished_per_note_and_reason",
            ),
            models.CheckConstraint(
                condition=~Q(status="in_progress") | Q(assignee__isnull=False, lease_until__isnull=False),
                name="task_in_progress_has_assignee_and_lease",
            ),
            models.CheckConstraint(
                condition=Q(status__in=("accepted", "skipped"), closed_at__isnull=False, assignee__isnull=False)
                | Q(status__in=("open", "in_progress"), closed_at__isnull=True),
                name="task_closed_has_time_and_person",
            ),
        )

    def __str__(self) -> str:
        return f"task {self.pk}"
