"""Labels that come late count in the window in which their note was answered: its figures are measured again."""

from __future__ import annotations

from dataclasses import replace

from django.db import transaction

from annotation.models import Project
from monitoring.actions import policies, responses
from monitoring.actions.windows import LOOKED_BACK, reasons_json, windows_of
from monitoring.drift import kpi_of
from monitoring.drift.evidence import POOLED
from monitoring.models import Measurement, Window
from monitoring.policy import Evidence, Level, judge
from monitoring.windows.audits import audited, test_counts
from monitoring.windows.due import Stretch
from monitoring.windows.measuring import reference_of
from monitoring.windows.rows import AUDIT
from training.comparison import NoteScore
from training.models import Deployment
from training.statistics import score


def take_in(project: Project) -> list[Window]:
    """Measure the audits of the champion's newest windows again; those whose figures changed, the oldest first.

    When the newest window is judged otherwise with them, the response moves.
    """
    champion = Deployment.objects.champion_of(project)
    if champion is None:
        return []
    windows = windows_of(champion, LOOKED_BACK)
    scores = [audited(window.model, Stretch.of(window)) for window in windows]
    changed = [window for window, found in zip(windows, scores, strict=True) if _measure(window, found)]
    if changed:
        _judge_again(project, windows, scores)
    return changed


def _measure(window: Window, found: list[NoteScore]) -> bool:
    """Whether the window's figures are others now."""
    row = Measurement.objects.filter(window=window, metric=AUDIT).first()
    if not found:
        return False
    value = score([note.counts for note in found])
    if row and row.value == value:
        return False
    Measurement.objects.update_or_create(
        window=window, metric=AUDIT, feature="",
        defaults={"project_id": window.project_id, "model_id": window.model_id, "value": value},
    )  # fmt: skip
    return True


@transaction.atomic
def _judge_again(project: Project, windows: list[Window], scores: list[list[NoteScore]]) -> None:
    Project.objects.hold(project.pk)
    values, test = policies.values_of(project), test_counts(windows[-1].model)
    counts = [[note.counts for note in window] for window in scores]
    evidence = []
    for place, window in enumerate(windows):
        kpi = kpi_of(counts[max(0, place + 1 - POOLED) : place + 1], values.audited_notes, test)
        evidence.append(replace(Evidence.from_json(window.evidence), kpi=kpi))
        Window.objects.filter(pk=window.pk).update(evidence=evidence[-1].to_json())
    newest = windows[-1]
    standing = Level(windows[-2].level) if len(windows) > 1 else Level.NO_BASELINE
    judged = judge(evidence, values, reference_of(newest.model), standing)
    if judged.level.value == newest.level:
        return
    newest.level, newest.reasons = judged.level.value, list(reasons_json(judged))
    Window.objects.filter(pk=newest.pk).update(level=newest.level, reasons=newest.reasons)
    responses.level_changed(project=project, window=newest)
