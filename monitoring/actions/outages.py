"""What can't wait for the end of a window: answers that fail or are empty, looked for every minute."""

from __future__ import annotations

from datetime import datetime, timedelta

from annotation.models import Project
from monitoring.actions import alerts, policies, responses
from monitoring.actions.alerts import News, Severity
from monitoring.actions.responses import Asked
from monitoring.models import Response
from monitoring.policy import Event, Kind, Level, Reason, outages
from monitoring.windows.counts import counted
from monitoring.windows.due import Stretch
from training.models import Deployment

LOOKED_AT = timedelta(hours=1)
KEY = "outage"


def look_for_outage(project: Project, at: datetime) -> list[Reason]:
    """Of the last hour of the champion; critical at once, and over when an hour was without."""
    champion = Deployment.objects.champion_of(project)
    if champion is None:
        return []
    values = policies.values_of(project)
    count = counted(champion.model, Stretch(max(champion.started_at, at - LOOKED_AT), at))
    found = list(outages(count.evidence(), values))
    if not found:
        alerts.over(project=project, key=KEY, at=at)
        return []
    sentence = " ".join(one.sentence for one in found)
    news = News(KEY, Severity.CRITICAL, f"{project.name}: outage", sentence, "Look at the traffic page now.")
    alerts.tell(project=project, news=news, at=at)
    row = Response.objects.filter(project=project).first()
    if row is None or row.level != Level.CRITICAL:
        asked = Asked(reason=f"Outage: {sentence}")
        responses.move(project=project, event=Event(Kind.LEVEL, level=Level.CRITICAL), asked=asked, at=at)
    return found
