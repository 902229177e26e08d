from __future__ import annotations

from django.db import models
from django.db.models import Q

from annotation.models import Project


class Hold(models.Model):
    """Automation of a project stands still: nothing is trained or approved by itself, and what serves is watched.

    Versions go into service only with the clinicians' test. While `review_below` is set, the API asks for a review of
    every entity with a lower score.
    """

    project = models.OneToOneField(Project, on_delete=models.CASCADE, related_name="hold")
    frozen = models.BooleanField(default=False)
    # The switch: nothing is started by itself, and nothing more is asked of what people do.
    stopped = models.BooleanField(default=False)
    review_below = models.FloatField(null=True, blank=True)
    reason = models.CharField(max_length=500)
    since = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(frozen=True) | Q(stopped=True) | Q(review_below__isnull=False), name="hold_holds_something"
            ),
        )

    def __str__(self) -> str:
        return f"hold of {self.project_id}"
