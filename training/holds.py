"""Whether a project's automation stands still, and what the API asks to be reviewed meanwhile."""

from __future__ import annotations

from django.db.models import Q

from annotation.models import Project
from training.models import Hold


def frozen(project: Project) -> Hold | None:
    """The hold under which only what clinicians have passed goes into service; None when there is none."""
    return Hold.objects.filter(project=project, frozen=True).first()


def standing_still(project: Project) -> Hold | None:
    """The hold under which nothing is started by itself, be it frozen or switched off; None when there is none."""
    return Hold.objects.filter(Q(frozen=True) | Q(stopped=True), project=project).first()


def doubt_of(project: Project) -> float:
    """Entities with a lower score are to be reviewed."""
    hold = Hold.objects.filter(project=project).first()
    below = hold.review_below if hold and hold.review_below else 0.0
    return max(project.doubt_threshold, below)


def set_frozen(*, project: Project, frozen: bool, reason: str) -> None:
    _set(project, reason, frozen=frozen)


def set_review_below(*, project: Project, below: float | None, reason: str) -> None:
    _set(project, reason, review_below=below)


def set_stopped(*, project: Project, stopped: bool, reason: str) -> None:
    _set(project, reason, stopped=stopped)


def _set(project: Project, reason: str, **change: object) -> None:
    """The row is there as long as it holds something. The caller has a transaction."""
    before = Hold.objects.select_for_update().filter(project=project).first()
    hold = before or Hold(project=project)
    for name, value in change.items():
        setattr(hold, name, value)
    if not hold.frozen and not hold.stopped and hold.review_below is None:
        Hold.objects.filter(project=project).delete()
        return
    hold.reason = reason[:500]
    hold.save()
