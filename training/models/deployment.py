from __future__ import annotations

from django.db import models
from django.db.models import Q

from annotation.models import Project, User
from training.models.model_version import ModelVersion


class DeploymentQuerySet(models.QuerySet["Deployment"]):
    def active(self) -> DeploymentQuerySet:
        return self.filter(status=Deployment.Status.ACTIVE)

    def champion_of(self, project: Project) -> Deployment | None:
        champions = self.active().filter(project=project, role=Deployment.Role.CHAMPION)
        return champions.select_related("model").first()


class Deployment(models.Model):
    """A period in which a model version served in a role. Approval is one thing, what serves now another."""

    class Role(models.TextChoices):
        CHAMPION = "champion", "Champion"

    class Status(models.TextChoices):
        ACTIVE = "active", "Serving"
        RETIRED = "retired", "Retired"
        ROLLED_BACK = "rolled_back", "Rolled back"

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="deployments")
    model = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="deployments")
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.CHAMPION)
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.ACTIVE)
    started_at = models.DateTimeField()
    started_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    end_reason = models.TextField(blank=True)

    objects = DeploymentQuerySet.as_manager()

    class Meta:
        ordering = ("-pk",)
        constraints = (
            models.UniqueConstraint(
                fields=("project", "role"), condition=Q(status="active"), name="deployment_one_active_per_role"
            ),
            models.CheckConstraint(
                condition=Q(status="active", ended_at__isnull=True, ended_by__isnull=True, end_reason="")
                | ~Q(status="active") & Q(ended_at__isnull=False, ended_by__isnull=False) & ~Q(end_reason=""),
                name="deployment_end_is_whole",
            ),
        )

    def __str__(self) -> str:
        return f"deployment {self.pk}"
