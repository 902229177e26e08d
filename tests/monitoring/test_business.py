"""What it is worth: the figures of a week, from work done through the actions, and none where nothing is known."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from annotation.actions import notes, revisions
from annotation.models import Note, Project, Task
from annotation.spans import ScoredSpan, Span
from monitoring.health import business
from monitoring.health.business_weeks import WEEKS, weeks_of
from monitoring.health.read import Health
from monitoring.trends import week_of
from tests.conftest import Cast
from tests.training.batches import finish, jsonl, send
from tests.training.traffic import answered
from training.models import Batch, DatasetItem, Deployment, Run

TEXT = "k/c/o diabetes, on metformin"
DISEASE, TREATMENT = Span(6, 14, "DISEASE"), Span(19, 28, "TREATMENT")
DAY = timedelta(days=1)


@pytest.fixture
def now(project: Project) -> datetime:
    """It is the Wednesday of three weeks ahead here, so nothing of the set-up lies in the weeks that are looked at."""
    monday = week_of(timezone.now().date()) + 3 * 7 * DAY
    project.simulated_at = timezone.now().replace(year=monday.year, month=monday.month, day=monday.day, hour=12)
    project.simulated_at += 2 * DAY
    project.save(update_fields=["simulated_at"])
    return project.simulated_at


def work(project: Project, cast: Cast, at: datetime, made: list[Span], *, seconds: int, blind: bool = False) -> None:
    """A note is finished; unless it is blind it began with the suggestion of one disease."""
    name = f"b{Note.objects.count()}"
    (note,) = notes.add(project=project, news=[notes.NewNote(name, TEXT)], origin=Note.Origin.IMPORT)
    reason = Task.Reason.RANDOM_AUDIT if blind else Task.Reason.LABEL
    (task,) = notes.open_tasks(project=project, notes=[note], reason=reason)
    if not blind:
        found = {note.pk: [ScoredSpan(*DISEASE, 0.8)]}
        revisions.add_prelabels(project=project, found=found, author_model="clinic v1")
    held, base = revisions.start(task=task, by=cast.annotator)
    revision = base.revision if base else 0
    revisions.submit(task=held, by=cast.annotator, spans=made, base_revision=revision, seconds=seconds)
    Task.objects.filter(pk=task.pk).update(closed_at=at)


def test_week_has_the_figures_that_follow_by_hand(champion: Deployment, cast: Cast, now: datetime) -> None:
    project, before = champion.project, now - 7 * DAY
    answered(champion, before, 60)
    answered(champion, before + DAY, 10)
    for made, seconds in (([DISEASE], 10), ([DISEASE], 20), ([DISEASE, TREATMENT], 30), ([DISEASE], 40)):
        work(project, cast, before, made, seconds=seconds)
    work(project, cast, before, [DISEASE], seconds=96, blind=True)
    week = weeks_of(Project.objects.get(pk=project.pk))[-2]
    assert (week.first, week.days, week.notes) == (week_of(before.date()), 7, 70)
    assert week.notes_a_day == pytest.approx(10)
    assert week.untouched == pytest.approx(3 / 4)
    assert (week.seconds, week.by_hand) == (30, 96)
    assert week.hours_saved == pytest.approx(70 * 0.75 * 96 / 3600)


def test_week_that_runs_is_divided_by_its_days_so_far(champion: Deployment, now: datetime) -> None:
    answered(champion, now - DAY, 6)
    answered(champion, now + DAY, 50)
    week = weeks_of(Project.objects.get(pk=champion.project_id))[-1]
    assert (week.days, week.notes, week.notes_a_day) == (3, 6, 2)
    assert week.hours_saved is None


def test_rows_of_batches_count_in_the_week_of_their_end(champion: Deployment, cast: Cast, now: datetime) -> None:
    batch = finish(send(champion.project, cast.lead, jsonl([{"id": "p1", "text": "x"}, {"id": "p2", "text": "y"}])))
    Batch.objects.filter(pk=batch.pk).update(ended_at=now - 7 * DAY)
    assert [week.notes for week in weeks_of(Project.objects.get(pk=champion.project_id))[-2:]] == [2, 0]


def test_lead_time_and_cost_belong_to_their_week(champion: Deployment, now: datetime) -> None:
    newest = max(DatasetItem.objects.values_list("annotation__created_at", flat=True))
    start = newest + timedelta(days=1, hours=12)
    Deployment.objects.filter(pk=champion.pk).update(started_at=start)
    Run.objects.filter(pk=champion.model.run_id).update(cpu_seconds=30, ended_at=now - DAY, status="succeeded")
    answered(champion, now - DAY, 60)
    weeks = {week.first: week for week in weeks_of(Project.objects.get(pk=champion.project_id))}
    assert weeks[week_of(start.date())].lead_days == pytest.approx(1.5)
    assert sum(week.lead_days is not None for week in weeks.values()) == 1
    assert weeks[week_of(now.date())].processor == pytest.approx(500)
    section = business.section(Health(Project.objects.get(pk=champion.project_id)))
    assert section.columns[-1] == business.DEAR
    assert "Processor seconds" in section.lead


def test_without_a_measured_training_there_is_no_cost(champion: Deployment, now: datetime) -> None:
    Run.objects.update(cpu_seconds=0)
    answered(champion, now, 3)
    section = business.section(Health(Project.objects.get(pk=champion.project_id)))
    assert list(section.columns) == list(business.COLUMNS)
    assert "Processor" not in section.lead
    assert len(section.rows) == WEEKS
    assert section.figure
    assert section.figure["data"][0]["y"] == [row[1] for row in section.rows]
    assert section.shown[-1][4][1] == "–"


def test_empty_project_has_no_figures_and_a_bounded_number_of_queries(
    project: Project, django_assert_max_num_queries: object
) -> None:
    with django_assert_max_num_queries(10):  # type: ignore[operator]
        section = business.section(Health(project))
    assert (list(section.rows), section.figure) == ([], None)
    assert section.missing


def test_table_is_fetched_as_csv(champion: Deployment, cast: Cast, now: datetime, browser_of: object) -> None:
    answered(champion, now, 3)
    url = reverse("health_table", args=["clinic", "business"])
    lines = browser_of(cast.lead).get(url).content.decode().splitlines()  # type: ignore[operator]
    assert "Notes a day" in lines[0]
    assert len(lines) == WEEKS + 1
