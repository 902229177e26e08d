"""The first page: what serves, what waits, what runs; and the way to it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.test import Client as Browser
from django.utils import timezone

from annotation.actions import projects
from annotation.models import Note, Project, Role, User
from tests.conftest import Cast
from tests.training.traffic import answered
from training.actions import runs
from training.models import Deployment, ModelVersion

SignIn = Callable[[User], Browser]


def test_index_of_a_member_of_one_project_leads_to_it(project: Project, cast: Cast, browser_of: SignIn) -> None:
    response = browser_of(cast.annotator).get("/")
    assert (response.status_code, response["Location"]) == (302, "/p/clinic/")


def test_index_of_a_member_of_two_projects_lists_both(project: Project, cast: Cast, browser_of: SignIn) -> None:
    projects.add_member(project=project, user=cast.outsider, roles=[Role.ANNOTATOR])
    page = browser_of(cast.outsider).get("/").content.decode()
    assert "Clinic" in page
    assert "Elsewhere" in page


def test_index_of_nobodys_member_says_so(db: None, browser_of: SignIn) -> None:
    page = browser_of(User.objects.create_user("new")).get("/").content.decode()
    assert "not a member of any project yet" in page


def test_home_of_an_empty_project_says_what_to_do(project: Project, cast: Cast, browser_of: SignIn) -> None:
    response = browser_of(cast.lead).get("/p/clinic/")
    assert response.context["kpi"] is None
    assert "not known yet" in response.content.decode()
    assert "No model serves yet" in response.content.decode()


def test_home_shows_a_model_that_waits(candidate: ModelVersion, cast: Cast, browser_of: SignIn) -> None:
    page = browser_of(cast.approver).get("/p/clinic/").content.decode()
    assert "A model waits for approval" in page
    assert "Review and decide" in page
    assert "Review and decide" not in browser_of(cast.annotator).get("/p/clinic/").content.decode()


def test_home_shows_champion_run_and_decision(champion: Deployment, cast: Cast, browser_of: SignIn) -> None:
    response = browser_of(cast.annotator).get("/p/clinic/")
    assert response.context["champion"] == champion
    assert [run.pk for run in response.context["runs"]] == [champion.model.run_id]
    assert response.context["decisions"][0].reason == "Good enough for the tests."
    assert response.context["counts"] == {"notes": 60, "gold": 60, "new_gold": 0, "answered": 0}
    assert "Good enough for the tests." in response.content.decode()


def test_home_counts_the_answers_of_thirty_days(champion: Deployment, cast: Cast, browser_of: SignIn) -> None:
    answered(champion, timezone.now() - timedelta(days=29), 3)
    answered(champion, timezone.now() - timedelta(days=31), 4)
    assert browser_of(cast.lead).get("/p/clinic/").context["counts"]["answered"] == 3


def test_home_shows_no_note_text(project: Project, cast: Cast, gold_notes: list[Note], browser_of: SignIn) -> None:
    runs.start_training(project=project, by=cast.lead)
    page = browser_of(cast.annotator).get("/p/clinic/").content.decode()
    assert not any(note.text[:20] in page for note in gold_notes)
