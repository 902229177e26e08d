from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Count, Exists, Max, OuterRef, Q, Sum
from django.utils import timezone

from annotation.models.counting import CountTo, Median
from annotation.models.note import Note
from annotation.models.project import Project, QueueOrder
from annotation.models.team import Team
from annotation.models.user import User


class TaskQuerySet(models.QuerySet["Task"]):
    def waiting(self) -> TaskQuerySet:
        """Open, or begun by somebody whose lease has run out."""
        lost = Q(status=Task.Status.IN_PROGRESS, lease_until__lt=timezone.now())
        return self.filter(Q(status=Task.Status.OPEN) | lost)

    def unfinished(self) -> TaskQuerySet:
        return self.filter(status__in=(Task.Status.OPEN, Task.Status.IN_PROGRESS))

    def in_hands_of(self, user: User) -> TaskQuerySet:
        """Begun by the user, or lapsed and taken by nobody else since."""
        return self.unfinished().filter(assignee=user)

    def held_by(self, user: User) -> TaskQuerySet:
        return self.filter(status=Task.Status.IN_PROGRESS, assignee=user, lease_until__gte=timezone.now())

    def in_queue_order(self, order: str = QueueOrder.AGE) -> TaskQuerySet:
        """Audits and labels take turns by age, so that neither starves the other; or the least certain note first."""
        rank = "-doubt" if order == QueueOrder.UNCERTAINTY else "position"
        return self.order_by("-priority", rank, "pk")

    def open_for(self, user: User) -> TaskQuerySet:
        """Without the notes that this person has annotated blind: the second opinion is somebody else's."""
        own = Task.objects.filter(note=OuterRef("note"), assignee=user, doubled=True)
        return self.filter(~Exists(own), status=Task.Status.OPEN)

    def doubled(self) -> TaskQuerySet:
        """The two tasks of notes that are annotated twice."""
        return self.filter(doubled=True)

    def count_by_status(self) -> dict[str, int]:
        return dict(self.order_by().values_list("status").annotate(n=Count("pk")))

    def queue_summary(self) -> list[dict[str, Any]]:
        """One row a reason that has tasks: ``waiting``, ``in_progress``, ``done``, ``skipped``, each counted so far."""
        waiting, held = Q(lease_until__lt=timezone.now()), Q(lease_until__gte=timezone.now())
        begun = self.filter(status=Task.Status.IN_PROGRESS).order_by().values("reason")
        rows_begun = begun.annotate(lost=Count("pk", filter=waiting), held=Count("pk", filter=held))
        lost = {row["reason"]: (row["lost"], row["held"]) for row in rows_begun}
        counts = self._counts()
        rows = [
            {
                "reason": reason.value,
                "name": reason.label,
                "waiting": counts[f"{reason}_open"] + lost.get(reason, (0, 0))[0],
                "in_progress": lost.get(reason, (0, 0))[1],
                "done": counts[f"{reason}_accepted"],
                "skipped": counts[f"{reason}_skipped"],
            }
            for reason in Task.Reason
        ]
        return [row for row in rows if any(row[name] for name in ("waiting", "in_progress", "done", "skipped"))]

    def _counts(self) -> dict[str, int]:
        """Tasks by reason and status, each counted from the index and no further than the pages show."""
        states = (Task.Status.OPEN, Task.Status.ACCEPTED, Task.Status.SKIPPED)
        names = [(reason, status) for reason in Task.Reason for status in states]
        counts = {f"{r}_{s}": CountTo(self.filter(reason=r, status=s), "status") for r, s in names}
        found = Project.objects.order_by().values(**counts).first()
        return found or dict.fromkeys(counts, 0)

    def finished(self, since: datetime) -> TaskQuerySet:
        """What people submitted since then, the latest first."""
        return self.filter(status=Task.Status.ACCEPTED, closed_at__gte=since).order_by("-closed_at")

    def pace(self) -> dict[str, Any]:
        """Of finished tasks: how many, the median of active seconds a note, and notes an hour at work."""
        row = self.order_by().aggregate(done=Count("pk"), median=Median("seconds_spent"), seconds=Sum("seconds_spent"))
        return {**row, "hourly": 3600 * row["done"] / row["seconds"] if row["seconds"] else None}

    def pace_by_person(self, today: datetime) -> dict[int, dict[str, Any]]:
        """Of finished tasks, by who did them: ``done``, ``today``, ``median`` seconds a note, ``last``."""
        rows = (
            self.order_by()
            .values("assignee")
            .annotate(
                done=Count("pk"),
                today=Count("pk", filter=Q(closed_at__gte=today)),
                median=Median("seconds_spent"),
                last=Max("closed_at"),
            )
        )
        return {row["assignee"]: row for row in rows}

    def meant_for(self, user: User) -> dict[str, int]:
        """Open annotation tasks for this person, for their teams, and for everybody, each counted so far."""
        rows = self.filter(~Q(reason="adjudicate"), status=Task.Status.OPEN)
        counts = {
            "for_me": CountTo(rows.filter(reserved_for=user), "status"),
            "for_teams": CountTo(rows.filter(team__in=user.teams.values("pk")), "status"),
            "for_all": CountTo(self.filter(OPEN_TO_ALL), "project"),
            "to_settle": CountTo(self.filter(status=Task.Status.OPEN, reason="adjudicate"), "project"),
        }
        return Project.objects.order_by().values(**counts).first() or dict.fromkeys(counts, 0)


# An annotation task that anybody may take.
OPEN_TO_ALL = Q(status="open", reserved_for__isnull=True, team__isnull=True) & ~Q(reason="adjudicate")


class Task(models.Model):
    """A request to a person: look at this note, for this reason."""

    class Reason(models.TextChoices):
        LABEL = "label", "Label"
        RANDOM_AUDIT = "random_audit", "Audit (blind)"
        DOUBLE = "double", "Second annotation (blind)"
        ADJUDICATE = "adjudicate", "Adjudicate"
        UNCERTAINTY = "uncertainty", "Model unsure"
        DRIFT_SLICE = "drift_slice", "Drifted slice"
        DISAGREEMENT = "disagreement", "Disagreement"
        FEEDBACK = "feedback", "Feedback"

    class Status(models.TextChoices):
        OPEN = "open", "Open"
        IN_PROGRESS = "in_progress", "In progress"
        ACCEPTED = "accepted", "Done"
        SKIPPED = "skipped", "Skipped"

    class SkipReason(models.TextChoices):
        """Fixed choices: quick to pick, and nothing of the note gets into the clear."""

        NOT_CLINICAL = "not_clinical", "Not a clinical note"
        UNREADABLE = "unreadable", "Cannot be read"
        LANGUAGE = "language", "In a language I do not know"
        SPECIALTY = "specialty", "Outside my specialty"
        DUPLICATE = "duplicate", "Same as another note"
        OTHER = "other", "Other (say it in a comment)"

    # The gold of an audited note may come from its audit, from the second blind annotation, or from their adjudication.
    BLIND_CHAIN = (Reason.RANDOM_AUDIT, Reason.DOUBLE, Reason.ADJUDICATE)

    # Each save writes a new entry into most indexes: those that another one covers, or nothing reads, are left out.
    project = models.ForeignKey(Project, on_delete=models.PROTECT, db_index=False, related_name="tasks")
    note = models.ForeignKey(Note, on_delete=models.PROTECT, related_name="tasks")
    reason = models.CharField(max_length=16, choices=Reason.choices)
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.OPEN)
    # A blind task starts from an empty note: pre-annotations would pull the annotator's judgement.
    blind = models.BooleanField(default=False)
    # One of the two blind annotations of the note; they are made by two people.
    doubled = models.BooleanField(default=False)
    priority = models.SmallIntegerField(default=0)
    position = models.PositiveIntegerField(default=0, help_text="Place in the queue among equal priorities.")
    doubt = models.FloatField(default=0.0, help_text="1 - the score of the least sure suggestion, 0 to 1.")
    # Whom it is for: one person, a team, or everybody.
    reserved_for = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, db_index=False, related_name="tasks_for"
    )
    team = models.ForeignKey(
        Team, on_delete=models.PROTECT, null=True, blank=True, db_index=False, related_name="tasks"
    )
    created_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, db_index=False, related_name="+"
    )
    assignee = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, db_index=False, related_name="tasks"
    )
    lease_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    skip_reason = models.CharField(max_length=12, choices=SkipReason.choices, blank=True)
    seconds_spent = models.PositiveIntegerField(default=0)

    objects = TaskQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)
        indexes = (
            models.Index(fields=("project", "status", "reason"), name="task_status"),
            models.Index(
                fields=("project", "-priority", "position", "id"), condition=OPEN_TO_ALL, name="task_queue_by_age"
            ),
            models.Index(
                fields=("project", "-priority", "-doubt", "id"), condition=OPEN_TO_ALL, name="task_queue_by_doubt"
            ),
            models.Index(
                fields=("project", "reserved_for", "-priority", "position"),
                condition=Q(status="open", reserved_for__isnull=False),
                name="task_queue_reserved",
            ),
            models.Index(
                fields=("project", "team", "-priority", "position"),
                condition=Q(status="open", team__isnull=False),
                name="task_queue_team",
            ),
            models.Index(
                fields=("project", "position"),
                condition=Q(status="open", reason="adjudicate"),
                name="task_queue_adjudicate",
            ),
            models.Index(fields=("lease_until",), condition=Q(status="in_progress"), name="task_lease"),
            models.Index(fields=("assignee", "-closed_at"), name="task_of_person"),
            # Whom a second opinion may not be asked of: looked up for each note that is offered.
            models.Index(fields=("note", "assignee"), condition=Q(doubled=True), name="task_doubled"),
            models.Index(fields=("project", "-closed_at"), condition=Q(closed_at__isnull=False), name="task_closed"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("note", "reason"),
                condition=Q(status__in=("open", "in_progress")),
                name="task_one_unfinished_per_note_and_reason",
            ),
            models.CheckConstraint(
                condition=Q(reserved_for__isnull=True) | Q(team__isnull=True), name="task_for_a_person_or_a_team"
            ),
            models.CheckConstraint(
                condition=Q(status="skipped") & ~Q(skip_reason="") | ~Q(status="skipped") & Q(skip_reason=""),
                name="task_skipped_has_reason",
            ),
            models.CheckConstraint(
                condition=~Q(reason="double") | Q(doubled=True, blind=True), name="task_second_annotation_is_blind"
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
