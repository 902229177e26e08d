"""Every address, every role, both methods: each gets what the table (tests/permissions/) says."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from copy import copy
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import transaction
from django.http import HttpResponse
from django.test import Client as Browser
from django.urls.resolvers import URLPattern, URLResolver
from django.utils import timezone

from annotation.actions import clients, notes, tasks, teams
from annotation.models import Client, Project, Task, User
from monitoring.actions import channels
from monitoring.models import Channel
from tests.conftest import Cast
from tests.monitoring.windows import an_alert, healthy_windows
from tests.permissions.roles import LOGIN, ROLES
from tests.permissions.table import AREAS, TABLE
from tests.training.batches import send
from training import serving
from training.actions import behaviour, runs
from training.models import Deployment, Rollout, Run, UatSession
from webapp import urls

NO_JOB = "00000000-0000-0000-0000-000000000000"
NOTHING = behaviour.Wording("empty", "not_find", "")
SAMPLES = {
    # There are predictions with low numbers.
    "p/<slug:slug>/lineage/predictions/<int:pk>/": "p/clinic/lineage/predictions/999999999/",
    r"admin/^(?P<app_label>auth|annotation|axes)/$": "admin/annotation/",
    r"admin/(?P<url>.*)$": "admin/no/such",
}


def routes(patterns: Sequence[URLPattern | URLResolver], before: str = "") -> Iterator[str]:
    """Every address below `patterns`, included ones too."""
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, route)
        else:
            yield route


def test_table_has_every_address_and_no_other() -> None:
    assert set(routes(urls.urlpatterns)) == set(TABLE)
    assert len(TABLE) == sum(map(len, AREAS))  # none stands in two files


@pytest.fixture
def objects(project: Project, cast: Cast, champion: Deployment, api_key: tuple[Client, str]) -> dict[str, Any]:
    """One row for each kind of address, all of the cast's project."""
    rows = notes.add(project=project, news=[notes.NewNote("walk", "k/c/o diabetes")], origin="import")
    (task,) = notes.open_tasks(project=project, notes=rows, reason=Task.Reason.LABEL)
    tasks.take(task=task, by=cast.annotator)
    group = Group.objects.create(name="none")
    run = Run.objects.get(model=champion.model)
    test = UatSession.objects.create(model=champion.model, created_by=cast.lead)
    test.raters.add(cast.annotator)
    return {
        "slug": "clinic", "notes": rows[0].pk,
        "tasks": task.pk, "runs": run.pk, "models": champion.model_id, "datasets": champion.model.dataset_id,
        "clients": api_key[0].pk, "deployments": champion.pk, "rollouts": canary_of(champion).pk,
        "batches": send(project, cast.lead, b"{}").pk, "file_format": "csv", "uid": NO_JOB,
        "table": "throughput", "part": "kpi", "feature": "words", "windows": healthy_windows(champion)[-1].pk,
        "channels": email_channel(project, cast).pk, "alerts": an_alert(project).pk,
        "teams": teams.make(project=project, name="Walkers").pk,
        "labels": project.labels.get(name="DISEASE").pk,
        "tests": test.pk,
        "behaviour": behaviour.add(project=project, by=cast.reviewer, wording=NOTHING).pk,
        "admin/axes": 10**9,  # signing in writes rows of axes: 1 may be one of them
        "admin/auth/group": group.pk, "admin/annotation/user": cast.annotator.pk,
        "admin/annotation/project": project.pk, "guidelines": project.guideline_versions.get().pk,
    }  # fmt: skip


def email_channel(project: Project, cast: Cast) -> Channel:
    return channels.add(project=project, kind="email", target="a@example.org", least="warning", by=cast.lead)[0]


def canary_of(champion: Deployment) -> Rollout:
    """A canary that runs, of the version that serves: there is no other."""
    both = {"project": champion.project, "model": champion.model, "started_by": champion.started_by}
    now = timezone.now()
    canary = Deployment.objects.create(**both, role=Deployment.Role.CANARY, share=5, started_at=now)
    return Rollout.objects.create(
        **both, champion=champion, deployment=canary, kind="canary", stages=[5, 25, 100], bake_seconds=600,
        minimum_requests=200, started_at=now, stage_started_at=now,
    )  # fmt: skip


def address(route: str, objects: dict[str, Any]) -> str:
    """The route with the ids of the objects put in."""
    if route in SAMPLES:
        return "/" + SAMPLES[route]
    kind = next((name for name in objects if route.startswith(f"{name}/")), "")
    return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda m: str(objects.get(m[1], objects.get(kind, 1))), route)


def outcome(response: HttpResponse) -> str:
    place = response.headers.get("Location", "")
    return LOGIN if place.startswith(("/login/", "/admin/login/")) else str(response.status_code)


def asked(method: str, url: str, browser: Browser) -> str:
    """What the request gets; whatever it did is undone."""
    with transaction.atomic():
        response = browser.get(url) if method == "get" else browser.post(url)
        transaction.set_rollback(True)
    return outcome(response)


@pytest.fixture
def ready_engine(fresh_engine: None) -> None:
    until = time.monotonic() + 20
    while not serving.engine().ready() and time.monotonic() < until:
        time.sleep(0.02)


@pytest.mark.parametrize("part", ["pages", "admin"])
def test_every_address_answers_every_role_as_the_table_says(
    part: str,
    cast: Cast,
    objects: dict[str, Any],
    settings: Any,
    ready_engine: None,
    browser_of: Callable[[User], Browser],
) -> None:
    settings.MARGINALIA_DEMO = False
    people = {name: getattr(cast, name, None) for name in ROLES}
    people["superuser"] = User.objects.create_superuser("root", password=None)
    browsers = {name: browser_of(user) if user else Browser() for name, user in people.items()}
    cookies = {name: copy(browser.cookies) for name, browser in browsers.items()}
    wrong = []
    for route, expected in TABLE.items():
        if route.startswith("admin/") != (part == "admin"):
            continue
        for method, line in zip(("get", "post"), expected, strict=True):
            for role, want in zip(ROLES, line.split(), strict=True):
                browsers[role].cookies = copy(cookies[role])  # each request as just signed in
                got = asked(method, address(route, objects), browsers[role])
                if got != want:
                    wrong.append(f"{method} {route} as {role}: {got}, not {want}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("route", [route for route in TABLE if "<int:pk>" in route or "<slug:slug>" in route])
def test_addresses_of_what_does_not_exist_look_like_those_of_others(
    route: str, cast: Cast, browser_of: Callable[[User], Browser]
) -> None:
    url = "/" + route.replace("<int:pk>", "9" * 25).replace("<slug:slug>", "nowhere")
    browser = browser_of(cast.outsider)
    answers = {outcome(browser.get(url)), outcome(browser.post(url))}
    # The API asks for a key before it looks.
    nothing = "401" if route.startswith("api/") else "404"
    assert answers <= {nothing, "405"}
    assert nothing in answers


def test_forms_without_csrf_token_are_refused(cast: Cast, browser_of: Callable[[User], Browser]) -> None:
    browser = Browser(enforce_csrf_checks=True)
    browser.cookies = browser_of(cast.lead).cookies
    assert browser.post("/p/clinic/train/").status_code == 403
    assert not Run.objects.exists()


# The API --------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "header", [None, "", "Bearer", "Bearer ", "Bearer mk_00000000_wrong", "Basic dXNlcjpwYXNz", "Bearer clé", "Token x"]
)
def test_api_without_a_good_key_is_401_and_says_what_to_send(db: None, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header}
    response = Browser().post("/api/v1/extract", "{}", content_type="application/json", headers=headers)
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == "Bearer"
    assert "Bearer KEY" in response.json()["detail"]


def test_api_with_a_key_needs_no_csrf_token_and_takes_post_only(api_key: tuple[Client, str]) -> None:
    browser = Browser(enforce_csrf_checks=True, headers={"Authorization": f"Bearer {api_key[1]}"})
    assert browser.get("/api/v1/extract").status_code == 405
    assert browser.post("/api/v1/extract", "{}", content_type="application/json").status_code == 422


def test_api_with_a_revoked_key_is_401(cast: Cast, api_key: tuple[Client, str]) -> None:
    clients.revoke(client=api_key[0], by=cast.admin)
    headers = {"Authorization": f"Bearer {api_key[1]}"}
    response = Browser().post("/api/v1/extract", "{}", content_type="application/json", headers=headers)
    assert response.status_code == 401


def test_person_who_left_is_sent_to_the_login(cast: Cast, browser_of: Callable[[User], Browser]) -> None:
    browser = browser_of(cast.lead)
    User.objects.filter(pk=cast.lead.pk).update(is_active=False)
    assert outcome(browser.get("/p/clinic/")) == LOGIN


def test_run_of_an_import_is_cancelled_by_who_may_import(
    project: Project, cast: Cast, browser_of: Callable[[User], Browser]
) -> None:
    params = {"format": "jsonl", "gold": False, "label_map": {}}
    run = runs.start_import(project=project, by=cast.reviewer, upload="x", params=params)
    answers = {who.username: asked("post", f"/runs/{run.pk}/cancel/", browser_of(who)) for who in cast}
    assert answers == {
        "annotator": "403", "reviewer": "302", "lead": "302", "approver": "403", "admin": "403", "outsider": "404",
    }  # fmt: skip
