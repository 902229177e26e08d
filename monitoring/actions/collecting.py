"""Labels are asked for where they help: notes of the drifted slices, and notes that the model is least sure of."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Exists, OuterRef

from annotation.actions import notes
from annotation.models import Annotation, Note, Project, Task, User
from monitoring.drift import Finding, compare, expect
from monitoring.drift.judging import DOMAIN
from monitoring.drift.slices import drifted
from monitoring.models import Measurement, Window, WindowNotes
from monitoring.policy import Level
from monitoring.windows.measuring import reference_notes
from monitoring.windows.rows import DRIFT
from monitoring.windows.sample import unpacked
from training.models import ModelVersion

# The newest windows that notes are taken from, and the share of them taken for where they lie.
WINDOWS, OF_SLICES = 3, 0.7
NEAREST = 3
FIRST = 5  # before what merely waits


def collect(*, project: Project, model: ModelVersion | None, count: int, by: User) -> int:
    """Open at most `count` tasks; how many. Audits are left alone: they make the KPI and nothing else."""
    if model is None:
        return 0
    by_slice, by_doubt = _ranked(model)
    free = _free(project, [*by_slice, *by_doubt])
    slices = [pk for pk in by_slice if pk in free][: round(OF_SLICES * count)]
    unsure = [pk for pk in by_doubt if pk in free and pk not in set(slices)][: count - len(slices)]
    _open(project, slices, Task.Reason.DRIFT_SLICE)
    _open(project, unsure, Task.Reason.UNCERTAINTY)
    return len(slices) + len(unsure)


def _ranked(model: ModelVersion) -> tuple[list[int], list[int]]:
    """Ids of the notes of the newest windows: the most drifted first, and the most doubtful first."""
    windows = list(Window.objects.filter(model=model)[:WINDOWS])
    ids: list[int] = []
    rows = []
    for read in WindowNotes.objects.filter(window__in=windows):
        ids += read.notes
        rows += unpacked(bytes(read.rows))
    if not rows:
        return [], []
    _, reference = reference_notes(model)
    features = _drifted_features(windows)
    expected = (
        [one for one in expect(reference, len(rows), draws=1) if one.feature.name in features] if reference else []
    )
    findings: Sequence[Finding] = compare(expected, rows)
    far = dict(zip(ids, drifted(rows, findings, expected), strict=True))
    doubt = {pk: row.missed + row.entities - row.certain for pk, row in zip(ids, rows, strict=True)}
    by_slice = sorted((pk for pk in far if far[pk] > 0), key=lambda pk: (-far[pk], pk))
    return by_slice, sorted(doubt, key=lambda pk: (-doubt[pk], pk))


def _drifted_features(windows: Sequence[Window]) -> set[str]:
    """Those that warned in any of the windows; where accuracy fell and none did, the nearest to it in the newest."""
    # Which notes a classifier goes by no feature says.
    rows = Measurement.objects.filter(window__in=windows, metric=DRIFT).exclude(feature=DOMAIN)
    found = set(rows.filter(level__in=(Level.WARNING, Level.CRITICAL)).values_list("feature", flat=True))
    newest = [row for row in rows if row.window_id == windows[0].pk]
    nearest = sorted(newest, key=lambda row: -row.value["ratio"])[:NEAREST]
    return found or {row.feature for row in nearest}


def _free(project: Project, ids: Sequence[int]) -> set[int]:
    """Those of the notes that nobody annotates, has annotated or audits."""
    tasks = Task.objects.filter(note=OuterRef("pk"))
    rows = Note.objects.filter(project=project, pk__in=ids, status=Note.Status.ACTIVE)
    rows = rows.filter(~Exists(tasks.unfinished()), ~Exists(tasks.filter(reason=Task.Reason.RANDOM_AUDIT)))
    gold = Annotation.objects.filter(note=OuterRef("pk")).gold()
    return set(rows.filter(~Exists(gold)).values_list("pk", flat=True))


def _open(project: Project, ids: Sequence[int], reason: Task.Reason) -> None:
    rows = Note.objects.in_bulk(ids)
    notes.open_tasks(project=project, notes=[rows[pk] for pk in ids], reason=reason)
    Task.objects.filter(note__in=ids, reason=reason, status=Task.Status.OPEN).update(priority=FIRST)
