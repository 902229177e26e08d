"""What grew old is told once a day, is over by itself, goes by the project's own clock, and stands on the page."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client as Browser
from django.utils import timezone

from annotation.actions import tasks
from annotation.models import Project, Task, User
from annotation.synthetic import generate
from monitoring.actions import alerts, decisions, freshness, monitor, policies
from monitoring.health.freshness import section
from monitoring.health.read import Health
from monitoring.models import Alert
from monitoring.policy.freshness import AUDITS, MODEL
from monitoring.windows.sample import unpacked
from tests.conftest import Cast
from tests.monitoring.test_windows import annotate_audits
from tests.monitoring.windows import begin_weeks_ago, healthy_windows, serve
from training.models import Deployment, ModelVersion, Step

SignIn = Callable[[User], Browser]
DAY = timedelta(days=1)


def trained_days_ago(model: ModelVersion, days: int) -> datetime:
    """The time that it is."""
    now = timezone.now()
    Step.objects.filter(run=model.run_id, name="train").update(ended_at=now - days * DAY)
    return now


def audit(champion: Deployment, by: User, *, days_ago: int, seed: int = 5) -> None:
    """Some notes of that day, audited by the real clock."""
    made = list(generate(3, seed=seed))
    rows = serve(champion, timezone.now() - days_ago * DAY, made, audit=1.0)
    assert annotate_audits(champion, by, {row.pk: note for row, note in zip(rows, made, strict=True)}) == 3


def states(project: Project) -> list[tuple[object, object, object]]:
    rows = section(Health(Project.objects.get(pk=project.pk))).rows
    return [(days, after, state) for _, days, after, state in rows[:2]]


def test_old_champion_is_told_once_a_day_until_a_newer_one_serves(
    champion: Deployment, challenger: ModelVersion, cast: Cast
) -> None:
    project = champion.project
    now = trained_days_ago(champion.model, 200)
    (reason,) = freshness.tell_if_stale(project, now)
    assert reason.sentence == "The champion was trained 200 days ago, more than 180; train it on newer notes."
    assert states(project)[0] == (200, 180, "stale")
    freshness.tell_if_stale(project, now)
    alert = Alert.objects.get()
    assert (alert.key, alert.severity, alert.status, alert.seen) == (MODEL, "warning", "open", 1)
    freshness.tell_if_stale(project, now + DAY)
    alert.refresh_from_db()
    assert (alert.seen, "201 days" in alert.sentence) == (2, True)
    decisions.approve(model=challenger, by=cast.approver, reason="Newer.")
    assert freshness.tell_if_stale(project, now) == []
    assert Alert.objects.get().status == "resolved"
    assert states(project)[0] == (0, 180, "fresh")


def test_who_resolves_it_is_told_again_the_next_day(champion: Deployment, cast: Cast) -> None:
    project = champion.project
    now = trained_days_ago(champion.model, 200)
    freshness.tell_if_stale(project, now)
    alerts.resolve(alert=Alert.objects.get(), by=cast.lead)
    freshness.tell_if_stale(project, now)
    assert Alert.objects.count() == 1
    freshness.tell_if_stale(project, now + DAY)
    assert list(Alert.objects.order_by("pk").values_list("status", flat=True)) == ["resolved", "open"]


def test_longer_days_of_the_policy_end_it(champion: Deployment) -> None:
    project = champion.project
    now = trained_days_ago(champion.model, 200)
    freshness.tell_if_stale(project, now)
    policies.change(project=project, values={"fresh_days": 200}, by=None, reason="")
    freshness.tell_if_stale(project, now)
    assert Alert.objects.get().status == "resolved"


def test_audits_that_stand_still_are_told_until_one_is_finished(champion: Deployment, cast: Cast) -> None:
    project, now = champion.project, timezone.now()
    audit(champion, cast.annotator, days_ago=40)
    assert freshness.tell_if_stale(project, now) == []
    Task.objects.filter(reason=Task.Reason.RANDOM_AUDIT).update(closed_at=now - 40 * DAY)
    freshness.tell_if_stale(project, now)
    alert = Alert.objects.get()
    assert (alert.key, alert.severity, alert.status) == (AUDITS, "warning", "open")
    assert alert.sentence == "No note was audited for 40 days, more than 28; finish audits."
    assert states(project)[1] == (40, 28, "stale")
    audit(champion, cast.annotator, days_ago=60, seed=6)
    freshness.tell_if_stale(project, timezone.now())
    assert Alert.objects.get().status == "resolved"
    assert states(project)[1] == (0, 28, "fresh")


def test_audit_that_is_open_or_was_skipped_is_none(champion: Deployment, cast: Cast) -> None:
    serve(champion, timezone.now() - DAY, list(generate(3, seed=5)), audit=1.0)
    held = tasks.take_next(project=champion.project, by=cast.annotator)
    assert held is not None
    tasks.skip(task=held, by=cast.annotator, reason=Task.SkipReason.UNREADABLE)
    assert {task.status for task in Task.objects.filter(reason=Task.Reason.RANDOM_AUDIT)} == {"open", "skipped"}
    assert freshness.ages(champion, timezone.now()).audited is None


def test_never_audited_is_said_and_told_after_the_days_of_service(
    champion: Deployment, cast: Cast, browser_of: SignIn
) -> None:
    project, browser = champion.project, browser_of(cast.annotator)
    begin_weeks_ago(champion, 4)
    assert freshness.tell_if_stale(project, timezone.now()) == []
    assert states(project)[1] == (None, 28, "never audited")
    assert "No note was audited yet." in browser.get("/p/clinic/health/").content.decode()
    begin_weeks_ago(champion, 1)
    (reason,) = freshness.tell_if_stale(project, timezone.now())
    assert states(project)[1] == (None, 28, "never audited, stale")
    assert reason.sentence.startswith("No note was ever audited, and a model has served for 35 days")
    page = browser.get("/p/clinic/health/").content.decode()
    assert reason.sentence in page
    assert "No note was audited yet." not in page


def test_without_a_champion_nothing_is_stale(candidate: ModelVersion, cast: Cast, browser_of: SignIn) -> None:
    assert freshness.tell_if_stale(candidate.project, timezone.now() + 900 * DAY) == []
    assert not Alert.objects.exists()
    assert "nothing to grow old" in browser_of(cast.lead).get("/p/clinic/health/").content.decode()


def test_simulated_project_goes_by_its_own_clock(champion: Deployment, cast: Cast) -> None:
    project, start = champion.project, begin_weeks_ago(champion, 40)
    project.simulated_at = start + 30 * DAY
    project.save(update_fields=["simulated_at"])
    monitor.look()
    (alert,) = Alert.objects.filter(key__in=(MODEL, AUDITS))
    assert (alert.key, alert.first_at) == (AUDITS, start + 30 * DAY)
    # Annotated by the real clock, which is ahead: the day on which the notes came counts.
    audit(champion, cast.annotator, days_ago=(timezone.now() - start).days - 28)
    monitor.look()
    alert.refresh_from_db()
    assert alert.status == "resolved"
    assert states(project) == [(30, 180, "fresh"), (1, 28, "fresh")]
    project.simulated_at = start + 181 * DAY
    project.save(update_fields=["simulated_at"])
    monitor.look_at(project)
    assert Alert.objects.get(key=MODEL).first_at == start + 181 * DAY
    assert states(project) == [(181, 180, "stale"), (152, 28, "stale")]


def test_share_of_words_in_no_training_note_is_that_of_the_newest_window(
    champion: Deployment, cast: Cast, browser_of: SignIn
) -> None:
    project = champion.project
    assert section(Health(project)).rows[2] == ("Words in no training note", None, None, "not counted yet")
    newest = healthy_windows(champion, 2)[-1]
    rows = unpacked(bytes(newest.read.rows))
    words, unseen = sum(row.words for row in rows), sum(row.unseen for row in rows)
    assert 0 < unseen < words
    said = f"{100 * unseen / words:.1f} % of {words:,} words"
    answer = browser_of(cast.annotator).get("/p/clinic/health/freshness.csv").content.decode()
    lines = list(csv.reader(io.StringIO(answer)))
    assert lines[0] == ["What", "Days", "Warns after", "State"]
    assert lines[3] == ["Words in no training note", "", "", said]


@pytest.mark.parametrize("key", [MODEL, AUDITS])
def test_the_level_takes_no_notice_of_it(champion: Deployment, key: str) -> None:
    newest = healthy_windows(champion, 2)[-1]
    trained_days_ago(champion.model, 400)
    freshness.tell_if_stale(champion.project, timezone.now() + 100 * DAY)
    assert Alert.objects.get(key=key).status == "open"
    level, reasons = newest.level, newest.reasons
    newest.refresh_from_db()
    assert (newest.level, newest.reasons) == (level, reasons)
