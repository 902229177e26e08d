"""Unfinished work, saved by the page as it goes, so that a closed tab or another machine loses nothing."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.db.models import F

from annotation.actions import tasks
from annotation.errors import TooLate
from annotation.models import Draft, Task, User
from annotation.spans import MarkedSpan


class StaleDraft(TooLate):
    """Another tab or machine saved the draft meanwhile; ``draft`` is what it saved."""

    def __init__(self, draft: Draft) -> None:
        super().__init__("This note was changed in another tab; choose which version to keep.")
        self.draft = draft


@transaction.atomic
def save(*, task: Task, by: User, spans: Sequence[MarkedSpan], seconds: int, base_revision: int, version: int) -> Draft:
    """Keep `spans` as the task's draft and hold the task for another lease; the answer has the new version.

    `version` is the one the page knows, 0 for none; a page that is behind gets :class:`StaleDraft`.
    """
    tasks.renew(task=task, by=by)
    values = {
        "spans_json": [span.to_json() for span in sorted(spans)],
        "seconds": max(0, min(seconds, 86_400)),
        "base_revision": max(0, base_revision),
    }
    draft, created = Draft.objects.get_or_create(task=task, defaults={**values, "author": by})
    if created:
        return draft
    rows = Draft.objects.filter(task=task, author=by, version=version)
    if rows.update(**values, version=F("version") + 1):
        draft.refresh_from_db()
        return draft
    if draft.author_id != by.pk:
        # The one who had the task before left it: their draft is not shown to anybody.
        Draft.objects.filter(task=task).update(**values, author=by, version=F("version") + 1)
    elif draft.spans_json != values["spans_json"]:
        raise StaleDraft(draft)
    draft.refresh_from_db()
    return draft


def of(task: Task, by: User) -> Draft | None:
    """The person's own draft of the task."""
    return Draft.objects.filter(task=task, author=by).first()
