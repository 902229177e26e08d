"""The page of a project's health: what it tells, who may do what on it, and what it hides from whom."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client as Browser

from annotation.models import Project, User
from annotation.synthetic import generate
from monitoring.actions import responses, windows
from monitoring.actions.responses import Asked
from monitoring.models import Alert, Decision, Response
from monitoring.policy import Event, Kind, Level, State
from tests.conftest import Cast
from tests.monitoring.test_windows import annotate_audits
from tests.monitoring.windows import WEEK, an_alert, healthy_windows, serve, strange_notes
from training.actions import rules
from training.models import Deployment

SignIn = Callable[[User], Browser]
URL = "/p/clinic/health/"


@pytest.fixture
def strange(champion: Deployment) -> Deployment:
    """Two calm weeks and two in capitals."""
    healthy_windows(champion, 2)
    start = champion.started_at + 2 * WEEK
    for week in range(2):
        serve(champion, start + week * WEEK + timedelta(days=1), strange_notes(90, seed=week))
    windows.measure_due(champion.project, start + 2 * WEEK)
    return champion


def page(browser: Browser, url: str = URL) -> str:
    answer = browser.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def test_without_a_window_it_says_when_there_will_be_one(champion: Deployment, cast: Cast, browser_of: SignIn) -> None:
    text = page(browser_of(cast.annotator))
    assert "is not over yet" in text
    assert "No window is over yet" in text


def test_a_warning_is_told_with_why_and_what_is_done(strange: Deployment, cast: Cast, browser_of: SignIn) -> None:
    text = page(browser_of(cast.lead))
    assert "Capital letters drifted in 2 of the last 3 windows." in text
    assert "Collecting" in text
    assert "of drifted slices" in text
    assert 'action="/p/clinic/health/retrain/"' in text
    assert 'action="/p/clinic/health/snooze/"' not in text  # an approver's
    assert "2 times the usual share" in text
    assert "Warning" in page(browser_of(cast.annotator), "/p/clinic/")


def test_who_may_only_look_sees_no_control(strange: Deployment, cast: Cast, browser_of: SignIn) -> None:
    text = page(browser_of(cast.annotator))
    assert "/p/clinic/health/retrain/" not in text
    assert "Decide</h2>" not in text


@pytest.mark.parametrize("part", ["kpi", "freshness", "drift", "volume", "checks", "bias", "business"])
def test_each_table_comes_as_csv(strange: Deployment, cast: Cast, browser_of: SignIn, part: str) -> None:
    answer = browser_of(cast.approver).get(f"{URL}{part}.csv")
    rows = list(csv.reader(io.StringIO(answer.content.decode())))
    assert answer.headers["Content-Disposition"] == f'attachment; filename="clinic-{part}.csv"'
    assert all(len(row) == len(rows[0]) for row in rows)
    if part == "drift":
        assert next(row for row in rows if row[0] == "Capital letters")[-1].endswith("critical")
    if part == "volume":
        assert [row[1] for row in rows[1:]] == ["60", "60", "90", "90"]
    assert browser_of(cast.approver).get(f"{URL}nothing.csv").status_code == 404


def test_a_feature_shows_words_and_notes_only_to_who_may_read_them(
    strange: Deployment, cast: Cast, browser_of: SignIn
) -> None:
    window = windows.Window.objects.first()
    assert window is not None
    url = f"/windows/{window.pk}/capitals/"
    assert "Notes that drifted most" in page(browser_of(cast.lead), url)
    text = page(browser_of(cast.annotator), url)
    assert "Notes that drifted most" not in text
    assert "for those who may read notes" in text
    words = page(browser_of(cast.lead), f"/windows/{window.pk}/tokens/")
    assert "Words that tell this window from the reference" in words
    assert "Words that tell" not in page(browser_of(cast.annotator), f"/windows/{window.pk}/tokens/")
    assert browser_of(cast.lead).get(f"/windows/{window.pk}/nothing/").status_code == 404
    assert browser_of(cast.outsider).get(url).status_code == 404


def test_a_person_investigates_and_automation_stands_still(
    champion: Deployment, cast: Cast, browser_of: SignIn
) -> None:
    answer = browser_of(cast.lead).post(f"{URL}investigate/", {"reason": "Odd answers."}, follow=True)
    assert "Somebody asked for an investigation." in answer.content.decode()
    assert "stands still" in answer.content.decode()
    decision = Decision.objects.get(verb="investigate")
    assert (decision.by, decision.reason) == (cast.lead, "Odd answers.")


def test_without_a_reason_nothing_is_done(champion: Deployment, cast: Cast, browser_of: SignIn) -> None:
    answer = browser_of(cast.lead).post(f"{URL}stop/", {"reason": ""}, follow=True)
    assert "It needs a reason" in answer.content.decode()
    assert not Decision.objects.filter(verb="stop").exists()


def test_putting_off_asks_again_who_it_is(champion: Deployment, cast: Cast, browser_of: SignIn) -> None:
    project = champion.project
    rules.change(project=project, values={"reauthenticate": True}, by=None)
    responses.move(project=project, event=Event(Kind.LEVEL, level=Level.WARNING), asked=Asked())
    said = {"reason": "Known; the new clinic.", "days": "5"}
    answer = browser_of(cast.approver).post(f"{URL}snooze/", {**said, "confirm": "v9"}, follow=True)
    assert "Nothing was decided" in answer.content.decode()
    browser_of(cast.approver).post(f"{URL}snooze/", {**said, "confirm": f"v{champion.model.number}"})
    row = Response.objects.get()
    assert row.state == State.SNOOZED
    assert row.snoozed_until is not None


def test_alerts_are_taken_over_put_off_and_resolved(project: Project, cast: Cast, browser_of: SignIn) -> None:
    alert, lead = an_alert(project), browser_of(cast.lead)
    assert "Something" in page(lead, "/p/clinic/alerts/")
    lead.post(f"/alerts/{alert.pk}/acknowledge/")
    assert Alert.objects.get().handled_by == cast.lead
    assert an_alert(project).seen == 2  # the same again is the same alert
    lead.post(f"/alerts/{alert.pk}/snooze/", {"days": "0"})
    assert Alert.objects.get().status == "acknowledged"
    lead.post(f"/alerts/{alert.pk}/snooze/", {"days": "3"})
    assert Alert.objects.get().status == "snoozed"
    lead.post(f"/alerts/{alert.pk}/resolve/")
    answer = lead.post(f"/alerts/{alert.pk}/resolve/", follow=True)
    assert "resolved already" in answer.content.decode()
    assert an_alert(project).pk != alert.pk


def test_each_error_that_counts_is_listed_with_who_annotated_it(
    champion: Deployment, cast: Cast, browser_of: SignIn
) -> None:
    made = list(generate(12, seed=5))
    rows = serve(champion, champion.started_at + timedelta(days=1), made, audit=1.0)
    gold = {row.pk: note for row, note in zip(rows, made, strict=True)}
    assert annotate_audits(champion, cast.annotator, gold) == 12
    text = page(browser_of(cast.reviewer), "/p/clinic/accuracy/")
    linked = {int(pk) for pk in re.findall(r"/notes/(\d+)/", text)}
    assert linked
    assert linked <= set(gold)
    assert str(cast.annotator) in text
    assert any(f"<td>{one.text[s.start : s.end]}</td>" in text for one in made for s in one.spans)
    hidden = page(browser_of(cast.annotator2), "/p/clinic/accuracy/")
    assert "/notes/" not in hidden
    assert not any(f"<td>{one.text[s.start : s.end]}</td>" in hidden for one in made for s in one.spans)
