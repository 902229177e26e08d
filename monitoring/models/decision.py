from __future__ import annotations

from django.db import models
from django.db.models import Q

from annotation.models import Project, User
from training.models import Deployment, ModelVersion


class Decision(models.Model):
    """Who decided what, why, and on what evidence. Rows are only added."""

    class Verb(models.TextChoices):
        APPROVE = "approve", "Approved"
        REJECT = "reject", "Rejected"
        ROLLBACK = "rollback", "Rolled back"
        PROMOTE = "promote", "Put in service"
        OVERRIDE = "override", "Overrode a gate"
        SECOND = "second", "Seconded an override"
        REOPEN = "reopen", "Opened again"
        ARCHIVE = "archive", "Archived"
        UAT = "uat", "Signed the clinicians' test"
        DEV = "dev", "Put into development"
        RETRAIN = "retrain", "Retrain"
        COLLECT = "collect", "Collect labels"
        INVESTIGATE = "investigate", "Investigate"
        SNOOZE = "snooze", "Put off"
        STOP = "stop", "Switched automation off"
        RESUME = "resume", "Switched automation on"
        NONE = "none", "Noted"

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="decisions")
    verb = models.CharField(max_length=12, choices=Verb.choices)
    # None: about the project as a whole, such as the switch of its automation.
    model = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="decisions")
    deployment = models.ForeignKey(
        Deployment, on_delete=models.PROTECT, null=True, blank=True, related_name="decisions"
    )
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="decisions")
    reason = models.TextField()
    evidence = models.JSONField(default=dict, help_text="Ids of the evaluations the person saw, with their scores.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-pk",)
        constraints = (models.CheckConstraint(condition=~Q(reason=""), name="decision_has_reason"),)

    def __str__(self) -> str:
        return f"decision {self.pk}"
