from __future__ import annotations

from django.db import models

from annotation.models.task import Task
from annotation.models.user import User


class Draft(models.Model):
    """Unfinished work on a task, saved by the page as it goes. Gone when the task is submitted or skipped."""

    task = models.OneToOneField(Task, on_delete=models.CASCADE, primary_key=True, related_name="draft")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="drafts")
    spans_json = models.JSONField(db_column="spans", help_text="As in an annotation; not checked yet.")
    seconds = models.PositiveIntegerField(default=0)
    base_revision = models.PositiveIntegerField(default=0)
    version = models.PositiveIntegerField(default=1, help_text="Counts the saves: a page that knows another is told.")
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("task",)

    def __str__(self) -> str:
        return f"draft of {self.task}"
