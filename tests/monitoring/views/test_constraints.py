"""The page of constraints: read by members, edited by an ML lead, each version with who and why; the health page."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser

from annotation.models import User
from annotation.synthetic import generate
from monitoring.actions import constraints, windows
from monitoring.constraints import read
from monitoring.models import Constraints
from tests.conftest import Cast
from tests.monitoring.test_data_quality import without_specialty
from tests.monitoring.windows import WEEK, healthy_windows, serve
from training.models import Deployment

SignIn = Callable[[User], Browser]
URL = "/p/clinic/health/constraints/"
SAID = {"base": "1", "field": "city", "completeness": "80", "domain": "Pune\r\n Nagpur \r\n", "reason": "New clinic."}


@pytest.fixture
def derived(champion: Deployment) -> Deployment:
    constraints.from_training(champion.model)
    return champion


def page(browser: Browser, url: str = URL) -> str:
    answer = browser.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def test_without_a_window_it_says_when_there_will_be_some(champion: Deployment, cast: Cast, browser_of: SignIn) -> None:
    assert "There are none yet" in page(browser_of(cast.lead))


def test_every_member_reads_them_and_only_a_lead_has_the_form(
    derived: Deployment, cast: Cast, browser_of: SignIn
) -> None:
    for who in (cast.annotator, cast.reviewer, cast.approver, cast.admin):
        text = page(browser_of(who))
        assert "Training snapshot" in text
        assert "age_band" in text
        assert "Put in force" not in text
        assert browser_of(who).post(URL, SAID).status_code == 403
    assert browser_of(cast.outsider).get(URL).status_code == 404
    assert "Edit the rule of city" in page(browser_of(cast.lead), f"{URL}?field=city")
    assert "Edit the rule of " in page(browser_of(cast.lead), f"{URL}?field=nothing")
    assert Constraints.objects.count() == 1


def test_edit_makes_a_version_with_who_and_why(derived: Deployment, cast: Cast, browser_of: SignIn) -> None:
    text = browser_of(cast.lead).post(URL, SAID, follow=True).content.decode()
    row = Constraints.objects.get(version=2)
    city = read(row.document).fields["city"]
    assert (row.source, row.created_by, row.reason) == ("edited", cast.lead, "New clinic.")
    assert (city.completeness, set(city.domain), city.edited) == (0.8, {"Pune", "Nagpur"}, True)
    assert "Version 2 of the constraints is in force." in text
    assert "now 80.0 %" in text
    assert "New clinic." in text


def test_range_of_the_text_is_edited_and_can_be_taken_away(derived: Deployment, cast: Cast, browser_of: SignIn) -> None:
    said = {
        "base": "1",
        "field": "text",
        "completeness": "100",
        "required": "on",
        "low": "2",
        "high": "",
        "reason": "x",
    }
    browser_of(cast.lead).post(URL, said)
    rule = read(Constraints.objects.get(version=2).document).fields["text"]
    assert (rule.low, rule.high, rule.required) == (2, None, True)


def test_the_same_again_changes_nothing(derived: Deployment, cast: Cast, browser_of: SignIn) -> None:
    form = browser_of(cast.lead).get(f"{URL}?field=city").context["form"]
    said = {name: form[name].value() for name in ("base", "field", "completeness", "domain")}
    text = browser_of(cast.lead).post(URL, {**said, "reason": "None."}, follow=True).content.decode()
    assert "Nothing was changed." in text
    assert Constraints.objects.count() == 1


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"reason": ""}, "This field is required."),
        ({"completeness": "120"}, "less than or equal to 100"),
        ({"base": "0"}, "Version 1 of the constraints was saved after you opened the page"),
        ({"domain": "\n".join(map(str, range(51)))}, "city has 51 allowed values; give at most 50."),
    ],
)
def test_what_can_not_be_is_said_and_nothing_kept(
    derived: Deployment, cast: Cast, browser_of: SignIn, said: dict[str, Any], told: str
) -> None:
    response = browser_of(cast.lead).post(URL, {**SAID, **said})
    assert response.status_code == 200
    assert told in response.content.decode()
    assert Constraints.objects.count() == 1


def test_health_page_has_violations_first_and_the_way_to_notes_and_constraints(
    champion: Deployment, cast: Cast, browser_of: SignIn
) -> None:
    healthy_windows(champion, 1, notes_a_week=90)
    start = champion.started_at + WEEK
    serve(champion, start + timedelta(days=1), without_specialty(list(generate(90, seed=31, start=90))))
    (window,) = windows.measure_due(champion.project, start + WEEK)
    text = page(browser_of(cast.annotator), "/p/clinic/health/")
    assert "Specialty is there in 0.0 % of 90 documents" in text
    assert f'href="{URL}"' in text
    assert f'href="/windows/{window.pk}/specialty/"' in text
    # The notes are on the page of the feature against the healthy windows, whatever the drift is shown from.
    assert f'/windows/{window.pk}/specialty/">Example notes' in page(
        browser_of(cast.annotator), "/p/clinic/health/?against=year"
    )
    answer = browser_of(cast.approver).get("/p/clinic/health/checks.csv")
    rows = list(csv.reader(io.StringIO(answer.content.decode())))
    assert rows[0] == ["Check", "Field", "Value", "Allowed", "n", "95 % interval", "q", "State"]
    states = [row[-1] for row in rows[1:]]
    assert states == sorted(states, key=["violated", "ok", "too few"].index)
    missing = next(row for row in rows if row[:2] == ["Missing field", "specialty"])
    assert (missing[2], missing[4], missing[-1]) == ("0.0 %", "90", "violated")
