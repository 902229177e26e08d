"""When a training starts by itself: enough new gold, settled and rested, or the schedule; the record of each look."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from annotation.actions import projects, revisions
from annotation.models import Annotation, Note, Project
from annotation.synthetic import generate
from tests.conftest import Cast, add_notes
from tests.together import together
from training import snapshots
from training.actions import rules, triggers
from training.actions import runs as actions
from training.in_force import rules_of
from training.models import Run, TriggerRecord

EAGER = {"new_gold": 10, "settle_minutes": 0, "cooldown_hours": 0}


@pytest.fixture
def trained_once(project: Project, cast: Cast, gold_notes: list[Note]) -> Run:
    """A training of five hours ago over sixty notes with gold; the rules let the next one start at ten more."""
    run = actions.start_training(project=project, by=cast.lead)
    snapshots.seal(project=project, by=cast.lead)
    actions.cancel(run=run)
    Run.objects.filter(pk=run.pk).update(created_at=timezone.now() - timedelta(hours=5))
    TriggerRecord.objects.all().delete()
    rules.change(project=project, values=EAGER, by=None)
    return run


def add_gold(project: Project, cast: Cast, count: int, seed: int = 99) -> list[Note]:
    generated = list(generate(count, seed=seed))
    rows = add_notes(project, [replace(note, external_id=f"{seed}-{note.external_id}") for note in generated])
    spans = {note.pk: made.spans for note, made in zip(rows, generated, strict=True)}
    revisions.add_imported(project=project, spans=spans, by=cast.reviewer, gold=True)
    return rows


def look(project: Project, **values: Any) -> Run | None:
    if values:
        rules.change(project=project, values=values, by=None)
    return triggers.look_at(project, rules_of(project))


def told(project: Project) -> str:
    return TriggerRecord.objects.filter(project=project).order_by("-pk")[0].sentence


def test_first_training_of_a_project_is_a_persons_decision(project: Project, gold_notes: list[Note]) -> None:
    assert look(project, **EAGER) is None
    assert not TriggerRecord.objects.exists()


def test_too_little_new_gold_is_recorded_with_both_numbers(trained_once: Run, project: Project, cast: Cast) -> None:
    add_gold(project, cast, 9)
    assert look(project) is None
    record = TriggerRecord.objects.get()
    assert (record.started, record.counted, record.needed, record.run) == (False, 9, 10, None)
    assert record.sentence == "Not started: 9 new gold notes, and 10 are needed."


def test_enough_new_gold_starts_one_run_by_the_product(trained_once: Run, project: Project, cast: Cast) -> None:
    add_gold(project, cast, 10)
    run = look(project)
    assert run is not None
    assert (run.trigger, run.kind, run.created_by.username) == ("new_gold", "pipeline", "system-trainer")  # type: ignore[union-attr]
    record = TriggerRecord.objects.get()
    assert (record.started, record.counted, record.run) == (True, 10, run)
    assert look(project) is None  # it trains already
    assert told(project) == f"Not started: run {run.pk} trains already."
    assert Run.objects.in_work().count() == 1


def test_corrected_gold_counts_as_new(trained_once: Run, project: Project, cast: Cast) -> None:
    notes = list(Note.objects.filter(project=project)[:10])
    spans = {note.pk: [] for note in notes}
    Annotation.objects.filter(note__in=notes, status=Annotation.Status.GOLD).update(status=Annotation.Status.SUPERSEDED)
    revisions.add_imported(project=project, spans=spans, by=cast.reviewer, gold=True)
    assert look(project) is not None


def test_gold_that_still_comes_in_is_waited_for(trained_once: Run, project: Project, cast: Cast) -> None:
    add_gold(project, cast, 10)
    assert look(project, settle_minutes=15) is None
    assert told(project) == "Not started yet: gold is still coming in; it starts after 15 quiet minutes."
    Annotation.objects.filter(project=project).update(created_at=timezone.now() - timedelta(minutes=16))
    assert triggers.changes.since_last_snapshot(project).new == 0  # what is older than the snapshot is no news
    assert triggers.changes.fresh_since_last_snapshot(project) == 0
    add_gold(project, cast, 10, seed=98)
    assert look(project, settle_minutes=0) is not None


def test_rest_after_the_last_training_is_kept(trained_once: Run, project: Project, cast: Cast) -> None:
    add_gold(project, cast, 10)
    assert look(project, cooldown_hours=6) is None
    assert told(project) == "Not started yet: the last training began less than 6 hours ago."
    assert look(project, cooldown_hours=4) is not None


def test_schedule_starts_with_less_gold_and_not_with_none(trained_once: Run, project: Project, cast: Cast) -> None:
    Run.objects.filter(pk=trained_once.pk).update(created_at=timezone.now() - timedelta(days=8))
    assert look(project, every_days=7) is None  # nothing new to learn from
    add_gold(project, cast, 1)
    assert look(project, every_days=9) is None  # not due
    run = look(project, every_days=7)
    assert run is not None
    assert run.trigger == Run.Trigger.SCHEDULE


def test_same_answer_again_makes_no_second_row(trained_once: Run, project: Project, cast: Cast) -> None:
    for _ in range(3):
        look(project)
    record = TriggerRecord.objects.get()
    assert record.last_at > record.first_at
    add_gold(project, cast, 1)
    look(project)
    assert TriggerRecord.objects.count() == 2


def test_look_passes_over_projects_whose_rules_say_no(trained_once: Run, project: Project, cast: Cast) -> None:
    add_gold(project, cast, 10)
    projects.create(name="Empty", slug="empty")
    rules.change(project=project, values={"automatic": False}, by=None)
    assert triggers.look() == []
    assert not TriggerRecord.objects.exists()
    rules.change(project=project, values={"automatic": True}, by=None)
    assert [run.project for run in triggers.look()] == [project]


@pytest.mark.django_db(transaction=True)
def test_two_triggers_at_once_start_one_run(trained_once: Run, project: Project, cast: Cast) -> None:
    add_gold(project, cast, 10)
    results = together(*[lambda: look(project)] * 3, lambda: actions.start_training(project=project, by=cast.lead))
    assert Run.objects.in_work().filter(project=project).count() == 1
    started = [one for one in results if isinstance(one, Run)]
    assert len(started) == 1
    assert TriggerRecord.objects.filter(started=True).get().run == started[0]
