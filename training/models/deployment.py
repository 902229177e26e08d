from __future__ import annotations

from django.db import models
from django.db.models import Q

from annotation.models import Project, User
from training.models.model_version import ModelVersion


class DeploymentQuerySet(models.QuerySet["Deployment"]):
    def active(self) -> DeploymentQuerySet:
        return self.filter(status=Deployment.Status.ACTIVE)

    def answering(self) -> DeploymentQuerySet:
        """Those whose answers callers get."""
        roles = (Deployment.Role.CHAMPION, Deployment.Role.CANARY, Deployment.Role.VARIANT)
        return self.active().filter(environment=Deployment.Environment.PROD, role__in=roles)

    def as_champion(self) -> DeploymentQuerySet:
        """Periods in which a version was champion, also those that are over."""
        return self.filter(role=Deployment.Role.CHAMPION, environment=Deployment.Environment.PROD)

    def champion_of(self, project: Project) -> Deployment | None:
        return self.active().as_champion().filter(project=project).select_related("model").first()


class Deployment(models.Model):
    """A period in which a model version served in a role. Approval is one thing, what serves now another."""

    class Role(models.TextChoices):
        CHAMPION = "champion", "Champion"
        # Answers a share of the callers: a canary on its way to all of them, a variant tested against the champion.
        CANARY = "canary", "Canary"
        VARIANT = "variant", "Variant"
        # Reads what was asked, afterwards, and answers nobody.
        SHADOW = "shadow", "Shadow"
        # A candidate under an address of its own, for the people who judge it.
        TEST = "test", "Test"

    class Environment(models.TextChoices):
        PROD = "prod", "Production"
        DEV = "dev", "Development"

    class Status(models.TextChoices):
        ACTIVE = "active", "Serving"
        RETIRED = "retired", "Retired"
        ROLLED_BACK = "rolled_back", "Rolled back"

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="deployments")
    model = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="deployments")
    environment = models.CharField(max_length=4, choices=Environment.choices, default=Environment.PROD)
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.CHAMPION)
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.ACTIVE)
    share = models.PositiveSmallIntegerField(default=100, help_text="Percent of callers; the champion's is the rest.")
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
                fields=("project", "role"),
                condition=Q(status="active", environment="prod"),
                name="deployment_one_active_per_role",
            ),
            models.UniqueConstraint(
                fields=("model",), condition=Q(status="active", environment="dev"), name="deployment_once_in_dev"
            ),
            models.CheckConstraint(
                condition=Q(environment="prod") & ~Q(role="test") | Q(environment="dev", role="test"),
                name="deployment_role_of_environment",
            ),
            models.CheckConstraint(
                condition=Q(status="active", ended_at__isnull=True, ended_by__isnull=True, end_reason="")
                | ~Q(status="active") & Q(ended_at__isnull=False, ended_by__isnull=False) & ~Q(end_reason=""),
                name="deployment_end_is_whole",
            ),
            models.CheckConstraint(condition=Q(share__lte=100), name="deployment_share_is_a_percentage"),
        )

    def __str__(self) -> str:
        return f"deployment {self.pk}"
