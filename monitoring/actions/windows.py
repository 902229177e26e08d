"""Windows that are over are measured and judged, each once; what comes of it is the response's."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from annotation.models import Project
from monitoring.actions import alerts, data_quality, policies, responses
from monitoring.actions.alerts import News, Severity
from monitoring.models import Measurement, Window, WindowNotes
from monitoring.policy import Evidence, Judged, Level, Values, judge
from monitoring.windows.due import Stretch, due
from monitoring.windows.measuring import Measured, is_full, measure
from monitoring.windows.rows import measurements
from training.models import Deployment, ModelVersion

logger = logging.getLogger(__name__)
QUIET = "quiet"
# A level rests on so many windows, or on as many as quiet days are counted in.
LOOKED_BACK = 8


def measure_due(project: Project, now: datetime | None = None) -> list[Window]:
    """Measure what is over of the champion's windows; the new ones, the oldest first."""
    champion = Deployment.objects.champion_of(project)
    if champion is None:
        return []
    now, made = now or timezone.now(), []
    for stretch in due(champion, policies.values_of(project), now):
        window = measure_one(champion, stretch)
        if window is None:
            break
        made.append(window)
    return made


def measure_one(champion: Deployment, stretch: Stretch) -> Window | None:
    """None when somebody else measured it meanwhile."""
    project, model = champion.project, champion.model
    newest, values = policies.newest_of(project), policies.values_of(project)
    measured = measure(model, stretch, values)
    checks = data_quality.checked(model, stretch, measured)
    before = windows_of(champion, looked_back(values))
    evidence = [Evidence.from_json(one.evidence) for one in before] + [measured.evidence]
    standing = Level(before[-1].level) if before else Level.NO_BASELINE
    judged = judge(evidence, values, measured.reference, standing)
    try:
        with transaction.atomic():
            Project.objects.hold(project.pk)
            window = _keep(project, model, stretch, measured, judged, values, newest.version if newest else 0)
            data_quality.keep(window, checks)
            if Deployment.objects.champion_of(project) == champion:
                responses.level_changed(project=project, window=window)
                _tell_if_quiet(project, judged, window)
                data_quality.tell(window, checks)
    except IntegrityError:
        if Window.objects.filter(model=model, starts_at=stretch.start).exists():
            return None
        raise
    data_quality.renew(model, values)
    logger.info("window %s of %s: %s", window.pk, model, judged.level)
    return window


def looked_back(values: Values) -> int:
    return max(LOOKED_BACK, values.quiet_days // values.window_days + 2)


def windows_of(champion: Deployment, most: int) -> list[Window]:
    """The newest windows since it went into service, the oldest first: not those of an earlier time."""
    rows = Window.objects.filter(model=champion.model, starts_at__gte=champion.started_at)
    return list(rows.order_by("-starts_at")[:most])[::-1]


def _tell_if_quiet(project: Project, judged: Judged, window: Window) -> None:
    quiet = next((one for one in judged.reasons if one.rule == "quiet"), None)
    if quiet is None:
        alerts.over(project=project, key=QUIET, at=window.ends_at)
        return
    remedy = "Look whether the doctors' platform still sends notes, and with which key."
    news = News(QUIET, Severity.WARNING, f"{project.name}: too few answers", quiet.sentence, remedy)
    alerts.tell(project=project, news=news, at=window.ends_at)


def _keep(
    project: Project,
    model: ModelVersion,
    stretch: Stretch,
    measured: Measured,
    judged: Judged,
    values: Values,
    version: int,
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
        in_reference=_joins_reference(model, measured, judged.level, values),
        evidence=measured.evidence.to_json(),
        level=judged.level.value,
        reasons=reasons_json(judged),
        policy_version=version,
        measured_at=timezone.now(),
    )
    WindowNotes.objects.create(window=window, notes=list(measured.sample.notes), rows=measured.sample.packed())
    Measurement.objects.bulk_create(measurements(window, measured))
    return window


def _joins_reference(model: ModelVersion, measured: Measured, level: Level, values: Values) -> bool:
    """The first healthy windows are what later ones are held against: four, and more until there is enough in them."""
    if not measured.sample.rows or level not in (Level.NO_BASELINE, Level.INSUFFICIENT, Level.OK):
        return False
    return not is_full(model, measured.reference, values)


def reasons_json(judged: Judged) -> Sequence[dict[str, str]]:
    return [{"rule": one.rule, "level": one.level.value, "sentence": one.sentence} for one in judged.reasons]
