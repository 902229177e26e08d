from __future__ import annotations

from django.db import models
from django.db.models import Q

from annotation.models import Note, User
from training.models.model_version import ModelVersion


class UatSession(models.Model):
    """Named clinicians compare a candidate with its rival on notes, blind; one of them signs for the result."""

    class Status(models.TextChoices):
        OPEN = "open", "Under way"
        PASSED = "passed", "Passed"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Cancelled"

    model = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="uat_sessions")
    # None: the first model, judged beside an empty version.
    rival = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    raters = models.ManyToManyField(User, related_name="uat_sessions")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.OPEN)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    signed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    signed_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ("-pk",)
        constraints = (
            models.UniqueConstraint(fields=("model",), condition=Q(status="open"), name="uat_one_open_per_model"),
            models.CheckConstraint(
                condition=Q(status="open", signed_by__isnull=True, signed_at__isnull=True, reason="")
                | ~Q(status="open") & Q(signed_by__isnull=False, signed_at__isnull=False) & ~Q(reason=""),
                name="uat_signature_is_whole",
            ),
        )

    def __str__(self) -> str:
        return f"test {self.pk} of {self.model}"


class UatItem(models.Model):
    """A note of a session, with what each model found in it; `swapped` puts the candidate on the right."""

    session = models.ForeignKey(UatSession, on_delete=models.CASCADE, related_name="items")
    note = models.ForeignKey(Note, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveIntegerField()
    swapped = models.BooleanField()
    candidate_spans = models.JSONField(default=list, help_text="[{start, end, label, score}] in code points.")
    rival_spans = models.JSONField(default=list)

    class Meta:
        ordering = ("session", "position")
        constraints = (models.UniqueConstraint(fields=("session", "note"), name="uat_note_once"),)

    def __str__(self) -> str:
        return f"item {self.pk}"


class UatRating(models.Model):
    """A clinician's judgement of an item."""

    class Verdict(models.TextChoices):
        LEFT = "left", "Left is better"
        RIGHT = "right", "Right is better"
        BOTH = "both", "Both are right"
        NEITHER = "neither", "Neither will do"

    item = models.ForeignKey(UatItem, on_delete=models.CASCADE, related_name="ratings")
    rater = models.ForeignKey(User, on_delete=models.PROTECT, related_name="uat_ratings")
    verdict = models.CharField(max_length=8, choices=Verdict.choices)
    seconds = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("item", "rater")
        constraints = (models.UniqueConstraint(fields=("item", "rater"), name="uat_rated_once"),)

    def __str__(self) -> str:
        return f"rating {self.pk}"
