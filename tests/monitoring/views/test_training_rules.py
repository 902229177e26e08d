"""The page of the rules: read by members, changed by an ML lead, every version kept with who and why."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client as Browser

from annotation.models import Project, User
from tests.conftest import Cast
from training.actions import rules
from training.in_force import rules_of
from training.models import TrainingRules
from training.rules import Rules

SignIn = Callable[[User], Browser]
URL = "/p/clinic/rules/"


@pytest.fixture
def lead(cast: Cast, browser_of: SignIn) -> Browser:
    return browser_of(cast.lead)


def as_shown(browser: Browser, **changed: Any) -> dict[str, Any]:
    """What the page's form would send as it stands, with `changed` written into it."""
    form = browser.get(URL).context["form"]
    said = {name: form[name].initial for name in form.fields}
    said = {name: value for name, value in said.items() if value is not None and value is not False}
    return {**said, "reason": "As the committee decided.", **changed}


def test_page_of_the_defaults_is_read_by_every_member_without_a_form(cast: Cast, browser_of: SignIn) -> None:
    for who in (cast.annotator, cast.reviewer, cast.approver, cast.admin):
        page = browser_of(who).get(URL).content.decode()
        assert "New gold needed" in page
        assert "50 notes" in page
        assert "Put in force" not in page
        assert "the first change makes version 1" in page


def test_change_makes_a_version_with_who_and_why(lead: Browser, cast: Cast, project: Project) -> None:
    said = as_shown(lead, **{"new_gold": "20", "margin": "1.5", "floor-DISEASE": "70", "uat": "first"})
    page = lead.post(URL, said, follow=True).content.decode()
    row = TrainingRules.objects.get()
    assert (row.version, row.created_by, row.reason) == (1, cast.lead, "As the committee decided.")
    assert row.values == {"new_gold": 20, "margin": 0.015, "label_floors": {"DISEASE": 0.7}, "uat": "first"}
    assert "Version 1 of the rules is in force." in page
    assert "New gold needed: 50 notes, now 20 notes" in page
    assert "Most that may be lost: 2 %, now 1.5 %" in page


def test_form_as_it_stands_changes_nothing(lead: Browser, project: Project) -> None:
    floors = {"label_floors": {"DISEASE": 0.61, "RETIRED": 0.5}, "uat_worse": 0.07}
    rules.change(project=project, values=floors, by=None)
    page = lead.post(URL, as_shown(lead), follow=True).content.decode()
    assert "Nothing was changed." in page
    assert TrainingRules.objects.count() == 1


def test_box_that_is_emptied_switches_off_and_the_floor_that_is_emptied_is_gone(
    lead: Browser, project: Project
) -> None:
    rules.change(project=project, values={"label_floors": {"DISEASE": 0.6}}, by=None)
    said = as_shown(lead, **{"floor-DISEASE": ""})
    del said["automatic"]
    lead.post(URL, said)
    now = rules_of(project)
    assert (now.automatic, now.label_floors, now.reauthenticate) == (False, {}, True)


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"new_gold": "0"}, "greater than or equal to 1"),
        ({"margin": "21"}, "less than or equal to 20"),
        ({"margin": "nan"}, "Enter a number"),
        ({"floor-DISEASE": "101"}, "less than or equal to 100"),
        ({"recipe": "magic"}, "magic is not one of the available choices"),
        ({"settings": "{"}, "This is not JSON"),
        ({"settings": '{"nothing": 1}'}, "has no setting nothing"),
        ({"reason": ""}, "This field is required"),
        ({"base": "x"}, "Enter a whole number"),
    ],
)
def test_change_out_of_bounds_says_so_and_changes_nothing(lead: Browser, changed: dict[str, str], says: str) -> None:
    response = lead.post(URL, as_shown(lead, **changed))
    assert says in str(response.context["form"].errors)
    assert not TrainingRules.objects.exists()


def test_change_after_somebody_else_changed_them_is_refused(lead: Browser, project: Project) -> None:
    said = as_shown(lead, new_gold="20")
    rules.change(project=project, values={"new_gold": 30}, by=None)
    page = lead.post(URL, said).content.decode()
    assert "Version 1 of the rules was saved after you opened the page" in page
    assert rules_of(project) == Rules(new_gold=30)


def test_change_by_somebody_without_the_right_is_refused(cast: Cast, browser_of: SignIn, lead: Browser) -> None:
    said = as_shown(lead, new_gold="20")
    for who in (cast.annotator, cast.reviewer, cast.approver, cast.admin):
        assert browser_of(who).post(URL, said).status_code == 403
    assert browser_of(cast.outsider).post(URL, said).status_code == 404
    assert not TrainingRules.objects.exists()
