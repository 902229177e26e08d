from __future__ import annotations

from django.db import models
from django.db.models import Q

from annotation.models import Project, User
from monitoring.models.window import LEVELS
from monitoring.policy import Level, State
from training.models import ModelVersion, Run

STATES = [(state.value, state.value.replace("_", " ").capitalize()) for state in State]


class Response(models.Model):
    """What is being done about a project's level. One row a project; each move of it is a Decision."""

    project = models.OneToOneField(Project, on_delete=models.CASCADE, related_name="response")
    state = models.CharField(max_length=20, choices=STATES, default=State.IDLE.value)
    level = models.CharField(max_length=12, choices=LEVELS, default=Level.NO_BASELINE.value)
    since = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0, help_text="Trainings of this response that failed.")
    tested = models.BooleanField(default=False, help_text="The version on its way passed the clinicians' test.")
    # Of whom the level speaks; the version that is to come after it, once there is one.
    champion = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    model = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # The training it started, and the investigation it opened.
    run = models.ForeignKey(Run, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    experiment = models.ForeignKey(Run, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    retrained_at = models.DateTimeField(null=True, blank=True)
    snoozed_until = models.DateTimeField(null=True, blank=True)
    audit_factor = models.PositiveSmallIntegerField(default=1, help_text="How many times the usual share is audited.")
    # The kill switch: whoever stops it says why.
    stopped_at = models.DateTimeField(null=True, blank=True)
    stopped_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    stop_reason = models.TextField(blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(stopped_at__isnull=True, stopped_by__isnull=True, stop_reason="")
                | Q(stopped_at__isnull=False, stopped_by__isnull=False) & ~Q(stop_reason=""),
                name="response_stop_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(state="snoozed", snoozed_until__isnull=False)
                | ~Q(state="snoozed") & Q(snoozed_until__isnull=True),
                name="response_snoozed_has_end",
            ),
            models.CheckConstraint(
                condition=~Q(level="critical", state="idle"), name="response_critical_is_never_idle"
            ),
        )

    def __str__(self) -> str:
        return f"response of {self.project_id}"
