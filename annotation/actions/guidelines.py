"""Guidelines and labels change by versions: each change adds one, and each annotator is shown it once."""

from __future__ import annotations

from django.db import transaction

from annotation.errors import ActionError, TooLate
from annotation.models import Guideline, GuidelineSeen, Project, User

MAX_TEXT = 50_000
MAX_CHANGE = 300


def current(project: Project) -> Guideline | None:
    """The version in force."""
    return next(iter(project.guideline_versions.order_by("-version")[:1]), None)


@transaction.atomic
def publish(
    *, project: Project, text: str | None, change: str, by: User | None, base_version: int | None = None
) -> Guideline:
    """Add a version with this text (None: as it was) and the labels as they are now.

    `base_version` is the version that the writer started from; when somebody else was faster, nothing is written.
    """
    Project.objects.hold(project.pk)
    newest = current(project)
    number = newest.version if newest else 0
    if base_version is not None and base_version != number:
        raise TooLate(f"Version {number} was saved after you opened the page; copy your text, reload, and put it in.")
    if text is None:
        text = newest.text if newest else ""
    if len(text) > MAX_TEXT or "\x00" in text:
        raise ActionError(f"Guidelines take up to {MAX_TEXT:,} characters and no NUL; these have {len(text):,}.")
    guideline = Guideline.objects.create(
        project=project,
        version=number + 1,
        text=text,
        labels=[
            {
                "name": label.name,
                "key": label.key,
                "colour": label.colour,
                "hint": label.hint,
                "retired": label.retired_at is not None,
            }
            for label in project.labels.all()
        ],
        change=" ".join(change.replace("\x00", "").split())[:MAX_CHANGE],
        created_by=by,
    )
    if by:
        see(guideline=guideline, by=by)
    return guideline


def unseen(*, project: Project, by: User, newest: Guideline | None = None) -> Guideline | None:
    """The version in force when this person has not been shown it yet; the first version is no change.

    `newest` spares the look-up when the caller knows the version in force.
    """
    newest = newest or current(project)
    if newest is None or newest.version == 1 or newest.seen.filter(user=by).exists():
        return None
    return newest


def see(*, guideline: Guideline, by: User) -> None:
    """Remember that the person was shown this version. Twice is once."""
    GuidelineSeen.objects.get_or_create(guideline=guideline, user=by)
