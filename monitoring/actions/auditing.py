"""More is audited while something is wrong: the lot that draws the audit sample simply draws a larger share."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import islice

from django.db.models import Exists, OuterRef

from annotation.actions import notes
from annotation.keys import draw
from annotation.models import Annotation, Note, Project, Task
from monitoring.models import Response

# A note that came earlier is looked at no more.
RECENT = timedelta(days=7)
MOST_AT_ONCE = 500


def audit_more(project: Project, at: datetime) -> int:
    """Open audits of notes that came since the response began and that the larger share takes in; how many.

    The same keyed lot as at their arrival, so the sample stays one by chance; notes that anybody works on, or that have
    gold, can't be annotated blind any more.
    """
    row = Response.objects.filter(project=project, audit_factor__gt=1).first()
    if row is None:
        return 0
    share = min(1.0, project.audit_rate * row.audit_factor)
    tasks = Task.objects.filter(note=OuterRef("pk"))
    gold = Annotation.objects.filter(note=OuterRef("pk"))
    came = Note.objects.filter(
        ~Exists(tasks), ~Exists(gold), project=project, status=Note.Status.ACTIVE, origin=Note.Origin.API,
        received_at__gte=max(row.since, at - RECENT), received_at__lt=at,
    )  # fmt: skip
    rows = came.only("uid", "project").order_by("pk").iterator(2000)
    drawn = list(islice((note for note in rows if draw(str(note.uid), share)), MOST_AT_ONCE))
    notes.open_tasks(project=project, notes=drawn, reason=Task.Reason.RANDOM_AUDIT)
    return len(drawn)
