"""Windows of a champion with notes that it answered, as the log of predictions and the counts of traffic have them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import count

from annotation.actions import notes
from annotation.models import Note, Project
from annotation.synthetic import Knobs, SyntheticNote, generate
from monitoring.actions import alerts, policies, windows
from monitoring.actions.alerts import News, Severity
from monitoring.models import Alert, Window
from tests.training.traffic import answered
from training import ner
from training.actions import predictions
from training.artefacts import nlp_of
from training.models import Deployment, Prediction

WEEK = timedelta(days=7)
NUMBERS = count(1)
# Small windows say enough for a test, and its champion promises little.
POLICY = {
    "target": 0.4,
    "floor": 0.2,
    "window_notes": 50,
    "audited_notes": 20,
    "reference_notes": 50,
    "reference_days": 7,
}


def begin_weeks_ago(champion: Deployment, weeks: int) -> datetime:
    """The champion went into service so many weeks ago, at noon."""
    start = champion.started_at - weeks * WEEK
    Deployment.objects.filter(pk=champion.pk).update(started_at=start)
    champion.refresh_from_db()
    return start


def serve(champion: Deployment, at: datetime, made: Sequence[SyntheticNote], *, audit: float = 0.0) -> list[Note]:
    """The champion answers the notes at that time; a share of them is drawn into the audit sample."""
    project = champion.project
    news = [notes.NewNote(f"w-{next(NUMBERS)}", n.text, n.patient, n.doctor, n.facets) for n in made]
    rows = notes.add(project=project, news=news, origin=Note.Origin.API)
    rate, project.audit_rate = project.audit_rate, audit
    notes.open_audits(project=project, notes=rows)
    project.audit_rate = rate
    Note.objects.filter(pk__in=[row.pk for row in rows]).update(received_at=at)
    found = ner.predict(nlp_of(champion.model), [note.text for note in made])
    made_rows = predictions.record(
        found=[predictions.Found(row, spans) for row, spans in zip(rows, found, strict=True)],
        source=predictions.Source(champion.model_id, champion.pk, Prediction.Origin.API),
    )
    Prediction.objects.filter(pk__in=[row.pk for row in made_rows]).update(created_at=at)
    answered(champion, at, len(made))
    return rows


def healthy_windows(champion: Deployment, weeks: int = 2, *, notes_a_week: int = 60) -> list[Window]:
    """Measured windows of calm weeks."""
    if not policies.newest_of(champion.project):
        policies.change(project=champion.project, values=POLICY, by=None, reason="")
    start = begin_weeks_ago(champion, weeks)
    for week in range(weeks):
        calm = list(generate(notes_a_week, seed=31, start=week * notes_a_week))
        serve(champion, start + week * WEEK + timedelta(days=1), calm)
    return windows.measure_due(champion.project, start + weeks * WEEK)


def strange_notes(number: int, seed: int = 77) -> list[SyntheticNote]:
    return list(generate(number, seed=seed, knobs=Knobs(upper_case=1.0), prefix=f"strange-{seed}"))


def an_alert(project: Project) -> Alert:
    news = News("test", Severity.WARNING, "Something", "It was seen.", "Look at it.")
    return alerts.tell(project=project, news=news)
