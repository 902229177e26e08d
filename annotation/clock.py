"""What time it is in a project: a simulated one has a clock of its own."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from annotation.models import Project


def now_of(project: Project) -> datetime:
    return project.simulated_at or timezone.now()
