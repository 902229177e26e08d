"""Windows that are over are measured and judged, each once; what comes of it is the response's."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from annotation.models import Project
from monitoring.actions import policies, responses
from monitoring.models import Measurement, Window, WindowNotes
from monitoring.policy import Evidence, Judged, Level, judge
from monitoring.windows.due import Stretch, due
from monitoring.windows.measuring import MOST_WINDOWS, Measured, measure
from monitoring.windows.rows import measurements
from training.models import Deployment, ModelVersion

logger = logging.getLogger(__name__)
# A level rests on no more than so many windows.
LOOKED_BACK = 8
FEWEST_FOR_REFERENCE = 50


def measure_due(project: Project, now: datetime | None = None) -> list[Window]:
    """Measure what is over of the champion's windows; the new ones, the oldest first."""
    champion = Deployment.objects.champion_of(project)
    if champion is None:
        return []
    now, made = now or timezone.now(), []
    for stretch in due(champion, policies.values_of(project), now):
        window = measure_one(project, champion.model, stretch)
        if window is None:
            break
        made.append(window)
    return made


def measure_one(project: Project, model: ModelVersion, stretch: Stretch) -> Window | None:
    """None when somebody else measured it meanwhile."""
    newest = policies.newest_of(project)
    values = policies.values_of(project)
    measured = measure(model, stretch, values)
    before = list(Window.objects.filter(model=model).order_by("-starts_at")[:LOOKED_BACK])
    evidence = [Evidence.from_json(one.evidence) for one in reversed(before)] + [measured.evidence]
    standing = Level(before[0].level) if before else Level.NO_BASELINE
    judged = judge(evidence, values, measured.reference, standing)
    try:
        with transaction.atomic():
            window = _keep(project, model, stretch, measured, judged, newest.version if newest else 0)
            responses.level_changed(project=project, window=window)
    except IntegrityError:
        if Window.objects.filter(model=model, starts_at=stretch.start).exists():
            return None
        raise
    logger.info("window %s of %s: %s", window.pk, model, judged.level)
    return window


def _keep(
    project: Project, model: ModelVersion, stretch: Stretch, measured: Measured, judged: Judged, version: int
) -> Window:
    count = measured.counted
    window = Window.objects.create(
        project=project,
        model=model,
        starts_at=stretch.start,
        ends_at=stretch.end,
        answers=count.answers,
        requests=count.requests,
        failed=count.failed,
        empty=count.empty,
        unusable=count.unusable,
        notes_read=len(measured.sample.rows),
        estimate=measured.evidence.estimate,
        novel=measured.evidence.novel,
        in_reference=_joins_reference(model, measured, judged.level),
        evidence=measured.evidence.to_json(),
        level=judged.level.value,
        reasons=reasons_json(judged),
        policy_version=version,
        measured_at=timezone.now(),
    )
    WindowNotes.objects.create(window=window, notes=list(measured.sample.notes), rows=measured.sample.packed())
    Measurement.objects.bulk_create(measurements(window, measured))
    return window


def _joins_reference(model: ModelVersion, measured: Measured, level: Level) -> bool:
    """The first healthy windows are what later ones are held against."""
    held = Window.objects.filter(model=model, in_reference=True).count()
    enough = len(measured.sample.rows) >= FEWEST_FOR_REFERENCE
    return enough and held < MOST_WINDOWS and level in (Level.NO_BASELINE, Level.OK)


def reasons_json(judged: Judged) -> Sequence[dict[str, str]]:
    return [{"rule": one.rule, "level": one.level.value, "sentence": one.sentence} for one in judged.reasons]
