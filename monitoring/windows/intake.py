"""What came in for a project in a stretch, by field."""

from __future__ import annotations

from annotation.intake_counts import Came
from annotation.models import IntakeHour
from monitoring.windows.due import Stretch


def came_in(project_id: int, stretch: Stretch, *origins: str) -> Came:
    """The sum of the hours that begin in the stretch: the hour in which a window begins belongs to the one that ends in
    it, so that each hour is in one window."""
    rows = IntakeHour.objects.filter(
        project=project_id, origin__in=origins, hour__gte=stretch.start, hour__lt=stretch.end
    )
    came = Came()
    for row in rows:
        came.add(Came(row.documents, row.refused, row.unknown, row.fields))
    return came
