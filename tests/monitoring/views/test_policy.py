"""The page of the policy: read by members, changed by an ML lead, every version kept with who and why."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser

from annotation.errors import ActionError, TooLate
from annotation.models import Project, User
from monitoring.actions import policies
from monitoring.models import Policy
from monitoring.policy import Values
from monitoring.policy_words import SETTINGS
from tests.conftest import Cast

SignIn = Callable[[User], Browser]
URL = "/p/clinic/policy/"
DEFAULTS = {
    one.name: value if isinstance(value := getattr(Values(), one.name), str) else f"{one.times * value:g}"
    for one in SETTINGS
}
CHANGED = {"target": "90", "floor": "82.5", "audited_notes": "60"}
SAID = {**DEFAULTS, **CHANGED, "reason": "As the board decided.", "base": "0"}


@pytest.fixture
def lead(cast: Cast, browser_of: SignIn) -> Browser:
    return browser_of(cast.lead)


def test_page_of_the_defaults_is_read_by_every_member_without_a_form(cast: Cast, browser_of: SignIn) -> None:
    for who in (cast.annotator, cast.reviewer, cast.approver, cast.admin):
        page = browser_of(who).get(URL).content.decode()
        assert "85 %" in page
        assert "100 notes" in page
        assert "Put in force" not in page
        assert "the first change makes version 1" in page


def test_change_makes_a_version_with_who_and_why(lead: Browser, cast: Cast, project: Project) -> None:
    page = lead.post(URL, SAID, follow=True).content.decode()
    row = Policy.objects.get()
    assert (row.version, row.created_by, row.reason) == (1, cast.lead, "As the board decided.")
    assert row.values == {"target": 0.9, "floor": 0.825, "audited_notes": 60}
    assert policies.values_of(project) == Values(target=0.9, floor=0.825, audited_notes=60)
    assert "Version 1 of the policy is in force." in page
    assert "Target of F1: 85 %, now 90 %" in page
    assert "Audited notes needed: 100 notes, now 60 notes" in page


@pytest.mark.parametrize(
    ("name", "said", "value", "told"),
    [
        ("group_gap", "8", 0.08, "Allowed gap of a group: 5 %, now 8 %"),
        ("fresh_days", "90", 90, "Age of a model: 180 days, now 90 days"),
        ("audit_days", "14", 14, "Days without an audit: 28 days, now 14 days"),
    ],
)
def test_setting_is_shown_and_saved(
    lead: Browser, project: Project, name: str, said: str, value: float, told: str
) -> None:
    title, usual = told.split(":", maxsplit=1)[0], DEFAULTS[name]
    page = lead.get(URL).content.decode()
    assert title in page
    assert f'name="{name}" value="{usual}"' in page
    page = lead.post(URL, {**DEFAULTS, name: said, "reason": "Asked.", "base": "0"}, follow=True).content.decode()
    assert getattr(policies.values_of(project), name) == value
    assert told in page


def test_the_same_again_changes_nothing(lead: Browser, project: Project) -> None:
    lead.post(URL, SAID)
    page = lead.post(URL, {**SAID, "base": "1"}, follow=True).content.decode()
    assert "Nothing was changed." in page
    assert Policy.objects.count() == 1


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"target": "101"}, "target is 1.01; give a number from 0 to 1."),
        ({"target": "high"}, "Enter a number."),
        ({"floor": "95"}, "The floor 0.95 is above the target 0.9; lower it."),
        ({"audited_notes": "3"}, "audited_notes is 3; give a whole number from 20 to 100000."),
        ({"reason": ""}, "This field is required."),
        ({"base": "7"}, "Version 0 of the policy was saved after you opened the page"),
    ],
)
def test_what_can_not_be_is_said_and_nothing_kept(
    lead: Browser, project: Project, said: dict[str, Any], told: str
) -> None:
    response = lead.post(URL, {**SAID, **said})
    assert response.status_code == 200
    assert told in response.content.decode()
    assert not Policy.objects.exists()


def test_who_may_not_train_may_not_change_it(cast: Cast, browser_of: SignIn, project: Project) -> None:
    assert browser_of(cast.approver).post(URL, SAID).status_code == 403
    assert not Policy.objects.exists()


def test_what_is_left_out_stays(project: Project) -> None:
    policies.change(project=project, values={"target": 0.95}, by=None, reason="")
    row = policies.change(project=project, values={"floor": 0.5}, by=None, reason="")
    assert (row.version, row.values) == (2, {"target": 0.95, "floor": 0.5})
    with pytest.raises(ActionError, match="no setting 'colour'"):
        policies.change(project=project, values={"colour": 1}, by=None, reason="")


@pytest.mark.django_db(transaction=True)
def test_two_who_change_the_same_version_at_once_make_one(project: Project) -> None:
    gate, refused = threading.Barrier(2), []

    def change() -> None:
        try:
            gate.wait(10)
            policies.change(project=project, values={"target": 0.9}, by=None, reason="", base=0)
        except TooLate as error:
            refused.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=change) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert (Policy.objects.count(), len(refused)) == (1, 1)
