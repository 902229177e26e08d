"""The KPI: strict entity F1 of the champion on notes drawn by lot and annotated blind."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

from annotation.models import Annotation, Project
from annotation.spans import Span
from monitoring.models import Measurement
from training import ner, scoring
from training.actions import predictions
from training.artefacts import nlp_of
from training.models import Deployment, Prediction

METRIC = "audit_f1"
# The window: enough notes for an interval of about two points, and old notes fade out.
NEWEST = 500


def refresh(project: Project) -> Measurement | None:
    """Measure the champion on the newest audited notes, unless nothing changed since the last time.

    A note that the champion did not see live is put to it now; its answer joins the prediction log.
    """
    champion = Deployment.objects.champion_of(project)
    audited = list(Annotation.objects.filter(project=project).audited().order_by("-pk")[:NEWEST])
    if champion is None or not audited:
        return None
    labels = project.labels.active().names()
    inputs = _fingerprint(audited, labels)
    known = Measurement.objects.filter(project=project, model=champion.model, metric=METRIC)
    if row := known.filter(inputs_sha256=inputs).first():
        return row
    found = _found(champion, audited)
    gold = [annotation.spans for annotation in audited]
    scores, per_label, _ = scoring.compare(gold, [found[a.note_id] for a in audited], labels)
    row, _ = Measurement.objects.get_or_create(
        project=project,
        model=champion.model,
        metric=METRIC,
        inputs_sha256=inputs,
        defaults={"value": {**scores, "per_label": per_label}},
    )
    return row


def latest(project: Project, champion: Deployment | None) -> Measurement | None:
    """The champion's newest measurement: what the home page shows."""
    if champion is None:
        return None
    return Measurement.objects.filter(project=project, model=champion.model, metric=METRIC).first()


def _fingerprint(audited: Sequence[Annotation], labels: Sequence[str]) -> str:
    rows = sorted(annotation.pk for annotation in audited)
    return hashlib.sha256(json.dumps([rows, sorted(labels)]).encode()).hexdigest()


def _found(champion: Deployment, audited: Sequence[Annotation]) -> dict[int, list[Span]]:
    """What the champion found in each audited note: its first answer, live or put to it now."""
    missing = [a for a in audited if not a.note.predictions.filter(model=champion.model).exists()]
    if missing:
        answers = ner.predict(nlp_of(champion.model), [annotation.note.text for annotation in missing])
        predictions.record(
            found=[predictions.Found(a.note, spans) for a, spans in zip(missing, answers, strict=True)],
            source=predictions.Source(champion.model_id, champion.pk, Prediction.Origin.AUDIT),
        )
    rows = Prediction.objects.filter(
        model=champion.model, note__in=[a.note_id for a in audited], outcome=Prediction.Outcome.OK
    )
    # The first answer counts: oldest last, so that it wins.
    return {row.note_id: row.spans for row in rows.order_by("-pk") if row.note_id}
