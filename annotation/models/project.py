from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from annotation.models.user import Role, User

SHARE = [MinValueValidator(0.0), MaxValueValidator(1.0)]


class QueueOrder(models.TextChoices):
    """Which of the waiting notes comes first."""

    AGE = "age", "Oldest first"
    UNCERTAINTY = "uncertainty", "Least certain first"


class ProjectQuerySet(models.QuerySet["Project"]):
    def hold(self, pk: int) -> Project:
        """The project, held against other holders until the transaction ends: one change of its kind at a time."""
        return self.select_for_update(no_key=True).get(pk=pk)


class Project(models.Model):
    """One extraction task: its labels, its guidelines, its members, how its notes are annotated."""

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    # Whether one entity may lie inside another.
    nested = models.BooleanField(default=False)
    # Share of arriving notes drawn into the audit sample, of gold kept for testing, of gold kept for calibration.
    audit_rate = models.FloatField(default=0.02, validators=SHARE)
    test_share = models.FloatField(default=0.2, validators=SHARE)
    dev_share = models.FloatField(default=0.1, validators=SHARE)
    # Share of new tasks annotated twice, blind; a suggestion below the threshold asks for a decision.
    double_share = models.FloatField(default=0.0, validators=SHARE)
    doubt_threshold = models.FloatField(default=0.7, validators=SHARE)
    queue_order = models.CharField(max_length=12, choices=QueueOrder.choices, default=QueueOrder.AGE)
    created_at = models.DateTimeField(auto_now_add=True)
    # The time that it is in a simulated project: its own clock, moved by manage.py simulate.
    simulated_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = ProjectQuerySet.as_manager()

    class Meta:
        ordering = ("name",)
        constraints = (
            models.CheckConstraint(
                condition=Q(
                    audit_rate__range=(0, 1),
                    test_share__range=(0, 1),
                    dev_share__range=(0, 1),
                    double_share__range=(0, 1),
                    doubt_threshold__range=(0, 1),
                ),
                name="project_shares_are_fractions",
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def guidelines(self) -> str:
        """The text of the guidelines in force."""
        newest = self.guideline_versions.first()
        return newest.text if newest else ""


class LabelQuerySet(models.QuerySet["Label"]):
    def active(self) -> LabelQuerySet:
        return self.filter(retired_at__isnull=True)

    def names(self) -> list[str]:
        """The names, in no order."""
        return list(self.order_by().values_list("name", flat=True))


class Label(models.Model):
    """A kind of entity. A label in use is retired, never deleted."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="labels")
    name = models.CharField(max_length=40)
    key = models.CharField(max_length=1, help_text="The key that gives a span this label.")
    colour = models.PositiveSmallIntegerField(default=0, help_text="Which of the palette's colours, from 0.")
    hint = models.CharField(max_length=200, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)
    retired_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = LabelQuerySet.as_manager()

    class Meta:
        ordering = ("project", "colour", "name")
        constraints = (
            models.UniqueConstraint(fields=("project", "name"), name="label_once_per_project"),
            models.UniqueConstraint(
                fields=("project", "key"), condition=Q(retired_at__isnull=True), name="label_key_once_per_project"
            ),
            models.CheckConstraint(
                condition=Q(retired_at__isnull=True, retired_by__isnull=True)
                | Q(retired_at__isnull=False, retired_by__isnull=False),
                name="label_retired_at_and_by_together",
            ),
        )

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A person's role in a project; one person may have several."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role.choices)

    class Meta:
        ordering = ("project", "user", "role")
        constraints = (models.UniqueConstraint(fields=("project", "user", "role"), name="membership_once"),)

    def __str__(self) -> str:
        return f"{self.user} as {self.get_role_display()}"
