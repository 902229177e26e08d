"""The KPI: strict entity F1 of the champion on notes drawn by lot and annotated blind."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from annotation.actions import pairs
from annotation.agreement import agreement, compare
from annotation.models import Annotation, Project
from annotation.spans import MarkedSpan, Span
from monitoring.models import Measurement
from training import ner, scoring
from training.actions import predictions
from training.artefacts import nlp_of
from training.models import Deployment, Prediction
from training.statistics import wilson

METRIC = "audit_f1"
# The window: enough notes for an interval of about two points, and old notes fade out.
NEWEST = 500


def refresh(project: Project) -> Measurement | None:
    """Measure the champion on the newest audited notes, unless nothing changed since the last time.

    A note that the champion did not see live is put to it now; its answer joins the prediction log.
    """
    champion = Deployment.objects.champion_of(project)
    audited = audited_of(project)
    if champion is None or not audited:
        return None
    labels = project.labels.active().names()
    inputs = _fingerprint(audited, labels)
    known = Measurement.objects.filter(project=project, model=champion.model, metric=METRIC)
    if row := known.filter(inputs_sha256=inputs).first():
        return row
    _put_to_it(champion, audited)
    found = answers_of(champion, audited)
    gold = [annotation.spans for annotation in audited]
    predicted = [found[a.note_id] for a in audited]
    scores, per_label, _ = scoring.compare(gold, predicted, labels)
    row, _ = Measurement.objects.get_or_create(
        project=project,
        model=champion.model,
        metric=METRIC,
        inputs_sha256=inputs,
        defaults={"value": {**scores, "per_label": per_label, **_beside(gold, predicted), "ceiling": ceiling(project)}},
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


def audited_of(project: Project) -> list[Annotation]:
    """The gold that counts, the newest first."""
    rows = Annotation.objects.filter(project=project).audited().select_related("note", "author")
    return list(rows.order_by("-pk")[:NEWEST])


def _beside(gold: Sequence[Sequence[Span]], predicted: Sequence[Sequence[Span]]) -> dict[str, Any]:
    """``partial``: F1 where an overlap with the right label counts too; ``whole``: share of notes without an error."""
    sides = [
        ([MarkedSpan(*span) for span in one], [MarkedSpan(*span) for span in other])
        for one, other in zip(gold, predicted, strict=True)
    ]
    partial = agreement([compare([], one, other) for one, other in sides]).partial
    right = sum(set(one) == set(other) for one, other in zip(gold, predicted, strict=True))
    return {
        "partial": {"f1": partial.value, "low": partial.low, "high": partial.high},
        "whole": {"share": right / len(gold), **wilson(right, len(gold)).to_json()},
    }


def ceiling(project: Project) -> dict[str, Any] | None:
    """How alike two people annotate the same notes: more can't be asked of a model. None without such notes."""
    found = pairs.newest(project=project, since=None)
    if not found:
        return None
    strict = agreement([compare([], pair.left.spans, pair.right.spans) for pair in found]).strict
    return {"f1": strict.value, "low": strict.low, "high": strict.high, "notes": len(found)}


def _put_to_it(champion: Deployment, audited: Sequence[Annotation]) -> None:
    """What the champion did not see live it reads now."""
    missing = [a for a in audited if not a.note.predictions.filter(model=champion.model).exists()]
    if missing:
        answers = ner.predict(nlp_of(champion.model), [annotation.note.text for annotation in missing])
        predictions.record(
            found=[predictions.Found(a.note, spans) for a, spans in zip(missing, answers, strict=True)],
            source=predictions.Source(champion.model_id, champion.pk, Prediction.Origin.AUDIT),
        )


def answers_of(champion: Deployment, audited: Sequence[Annotation]) -> dict[int, list[Span]]:
    """What the champion found in each audited note: its first answer."""
    rows = Prediction.objects.filter(
        model=champion.model, note__in=[a.note_id for a in audited], outcome=Prediction.Outcome.OK
    )
    # The first answer counts: oldest last, so that it wins.
    return {row.note_id: row.spans for row in rows.order_by("-pk") if row.note_id}
