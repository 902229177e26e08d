"""Every address, every role, both methods: what each gets, in one table. An address without a row fails the test."""

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

from annotation.actions import clients, notes, tasks, teams
from annotation.models import Client, Project, Task, User
from tests.conftest import Cast
from training import serving
from training.actions import behaviour, runs
from training.models import Deployment, Run, UatSession
from webapp import urls

ROLES = ("nobody", "annotator", "reviewer", "lead", "approver", "admin", "outsider", "superuser")
# "login" is a redirect to a page to sign in.
LOGIN = "login"


def everybody(status: int) -> str:
    return " ".join([str(status)] * len(ROLES))


def staff(status: int) -> str:
    return " ".join([LOGIN] * (len(ROLES) - 1) + [str(status)])


MEMBERS = "login 200 200 200 200 200 404 200"
ANNOTATORS = "login 302 302 403 403 403 404 403"
CURATORS = "login 403 200 200 403 403 404 403"
CURATING = "login 403 302 302 403 403 404 403"
DECIDERS = "login 403 403 403 302 403 404 403"
ASKING = "login 403 403 302 302 403 404 403"
RATER = "login 302 403 403 403 403 404 403"
OWN_TASK = "login 422 403 403 403 403 404 403"  # the walk sends no JSON
NO = everybody(405)  # the method is wrong, whoever asks


def admin_of(model: str, *, add: int = 200, change: int = 200, save: int = 200) -> dict[str, tuple[str, str]]:
    """The rows of a model in the admin: superusers only, as Django has it."""
    base = f"admin/{model}/"
    return {
        base: (staff(200), staff(200)),
        f"{base}add/": (staff(add), staff(add)),
        f"{base}<path:object_id>/history/": (staff(change), staff(change)),
        f"{base}<path:object_id>/delete/": (staff(change), staff(change)),
        f"{base}<path:object_id>/change/": (staff(change), staff(save)),
        f"{base}<path:object_id>/": (staff(302), staff(302)),
    }


#   who: nobody annotator reviewer lead approver admin outsider superuser; first GET, then POST
TABLE: dict[str, tuple[str, str]] = {
    "": ("login 302 302 302 302 302 302 200", NO),
    "login/": ("200 302 302 302 302 302 302 302", "200 302 302 302 302 302 302 302"),
    "login/demo/": (NO, everybody(404)),
    "logout/": (NO, " ".join([LOGIN] * len(ROLES))),
    "p/<slug:slug>/": (MEMBERS, NO),
    "p/<slug:slug>/queue/": (MEMBERS, NO),
    "p/<slug:slug>/queue/next/": (NO, ANNOTATORS),
    # The task is the annotator's: a reviewer is sent back to the queue and can't skip it.
    "tasks/<int:pk>/": ("login 200 302 403 403 403 404 403", NO),
    "tasks/<int:pk>/submit/": (NO, "login 422 422 403 403 403 404 403"),
    "tasks/<int:pk>/draft/": (NO, OWN_TASK),
    "tasks/<int:pk>/skip/": (NO, "login 302 403 403 403 403 404 403"),
    "tasks/<int:pk>/reopen/": (NO, "login 200 403 403 403 403 404 403"),
    "tasks/<int:pk>/release/": (NO, "login 200 403 403 403 403 404 403"),
    "tasks/<int:pk>/comments/": (NO, OWN_TASK),
    "tasks/<int:pk>/again/": (NO, "login 302 403 403 403 403 404 403"),
    "tasks/<int:pk>/take-back/": (NO, CURATING),
    "p/<slug:slug>/assign/": (CURATORS, CURATORS),
    "p/<slug:slug>/assign/hand-out/": (NO, CURATING),
    "p/<slug:slug>/assign/withdraw/": (NO, CURATING),
    "p/<slug:slug>/teams/": (CURATORS, CURATORS),
    "teams/<int:pk>/": (CURATORS, CURATORS),
    "teams/<int:pk>/remove/": (NO, CURATING),
    "p/<slug:slug>/settings/": (CURATORS, CURATORS),
    "p/<slug:slug>/guidelines/": (MEMBERS, NO),
    "p/<slug:slug>/guidelines/edit/": (CURATORS, CURATORS),
    "p/<slug:slug>/guidelines/compare/": (MEMBERS, NO),
    "p/<slug:slug>/guidelines/read/": (NO, "login 404 404 404 404 404 404 404"),  # the walk names no version
    "p/<slug:slug>/labels/add/": (CURATORS, CURATORS),
    "labels/<int:pk>/": (CURATORS, CURATORS),
    "labels/<int:pk>/retire/": (NO, CURATING),
    "labels/<int:pk>/restore/": (NO, CURATING),
    "labels/<int:pk>/delete/": (NO, CURATING),
    "p/<slug:slug>/keys/": (NO, "login 422 422 403 403 403 404 403"),
    "guidelines/<int:pk>/seen/": (NO, "login 200 200 200 200 200 404 200"),
    # The walk's task waits for no decision: a reviewer is sent to the queue.
    "tasks/<int:pk>/adjudicate/": ("login 403 302 403 403 403 404 403", NO),
    "tasks/<int:pk>/adjudicate/submit/": (NO, "login 403 422 403 403 403 404 403"),
    "tasks/<int:pk>/adjudicate/by-hand/": (NO, "login 403 422 403 403 403 404 403"),
    "p/<slug:slug>/notes/": (CURATORS, NO),
    "p/<slug:slug>/notes/find/": (NO, CURATING),
    "p/<slug:slug>/notes/ask/": (NO, CURATING),
    "notes/<int:pk>/": (CURATORS, NO),
    "notes/<int:pk>/comment/": (NO, CURATING),
    "notes/<int:pk>/correct/": (NO, "login 403 302 403 403 403 404 403"),
    "notes/<int:pk>/second-opinion/": (NO, CURATING),
    "p/<slug:slug>/import/": ("login 403 200 200 403 403 404 403", "login 403 200 200 403 403 404 403"),
    "p/<slug:slug>/exports/": ("login 403 200 200 403 403 404 403", "login 403 200 200 403 403 404 403"),
    "runs/<int:pk>/download/": ("login 404 404 404 404 404 404 404", NO),  # the walk's run is no export
    "p/<slug:slug>/agreement/": (MEMBERS, NO),
    "p/<slug:slug>/quality/": (MEMBERS, NO),
    "p/<slug:slug>/quality/<slug:table>.csv": (MEMBERS, NO),
    "p/<slug:slug>/runs/": (MEMBERS, NO),
    "p/<slug:slug>/train/": (NO, "login 403 403 302 403 403 404 403"),
    "p/<slug:slug>/triggers/": (MEMBERS, NO),
    "p/<slug:slug>/rules/": (MEMBERS, "login 403 403 200 403 403 404 403"),
    "runs/<int:pk>/": (MEMBERS, NO),
    "runs/<int:pk>/status/": (MEMBERS, NO),
    "runs/<int:pk>/cancel/": (NO, "login 403 403 302 403 403 404 403"),
    "p/<slug:slug>/experiments/": (MEMBERS, NO),
    "p/<slug:slug>/experiments/start/": ("login 403 403 200 403 403 404 403", "login 403 403 200 403 403 404 403"),
    "p/<slug:slug>/experiments/compare/": ("login 302 302 302 302 302 404 302", NO),  # the walk names no runs
    # The walk's run is no experiment and no trial.
    "runs/<int:pk>/experiment/": ("login 404 404 404 404 404 404 404", NO),
    "runs/<int:pk>/experiment/status/": ("login 404 404 404 404 404 404 404", NO),
    "runs/<int:pk>/register/": (NO, "login 404 404 404 404 404 404 404"),
    "runs/<int:pk>/again/": (NO, "login 403 403 302 403 403 404 403"),
    "p/<slug:slug>/models/": (MEMBERS, NO),
    "models/<int:pk>/": (MEMBERS, NO),
    "models/<int:pk>/approve/": (NO, DECIDERS),
    "models/<int:pk>/reject/": (NO, DECIDERS),
    "models/<int:pk>/rollback/": (NO, DECIDERS),
    "models/<int:pk>/withdraw/": (NO, DECIDERS),
    "models/<int:pk>/promote/": (NO, DECIDERS),
    "models/<int:pk>/override/": (NO, "login 403 403 403 403 302 404 302"),
    "models/<int:pk>/second/": (NO, DECIDERS),
    "models/<int:pk>/reopen/": (NO, DECIDERS),
    "models/<int:pk>/archive/": (NO, DECIDERS),
    "models/<int:pk>/evaluate/": (NO, ASKING),
    "models/<int:pk>/dev/": (NO, "login 403 403 302 403 403 404 403"),
    "models/<int:pk>/card/": (MEMBERS, NO),
    "models/<int:pk>/card.json": (MEMBERS, NO),
    "deployments/<int:pk>/end/": (NO, "login 403 403 302 403 403 404 403"),
    "p/<slug:slug>/behaviour/": ("login 200 200 200 403 403 404 403", NO),
    "p/<slug:slug>/behaviour/add/": (CURATORS, CURATORS),
    "p/<slug:slug>/behaviour/starter/": (NO, CURATING),
    "behaviour/<int:pk>/": ("login 200 200 200 403 403 404 403", CURATORS),
    "behaviour/<int:pk>/switch/": (NO, CURATING),
    "models/<int:pk>/test/": (NO, ASKING),
    "p/<slug:slug>/tests/": (MEMBERS, NO),
    "tests/<int:pk>/": (MEMBERS, NO),
    "tests/<int:pk>/sign/": (NO, ANNOTATORS),
    "tests/<int:pk>/cancel/": (NO, ASKING),
    # The annotator is the test's only rater.
    "tests/<int:pk>/rate/": (RATER, NO),
    "tests/<int:pk>/rate/note/": (NO, RATER),
    "tests/<int:pk>/rate/undo/": (NO, RATER),
    "p/<slug:slug>/datasets/": (MEMBERS, NO),
    "p/<slug:slug>/datasets/seal/": (NO, "login 403 403 302 403 403 404 403"),
    "p/<slug:slug>/datasets/test-set/": (NO, "login 403 403 302 403 403 404 403"),
    "datasets/<int:pk>/": (MEMBERS, NO),
    "datasets/<int:pk>/quality/": (NO, "login 403 403 302 403 403 404 403"),
    "datasets/<int:pk>/notes/": (CURATORS, NO),
    "datasets/<int:pk>/words/": (CURATORS, NO),
    "datasets/<int:pk>/notebook/": (MEMBERS, NO),
    "datasets/<int:pk>/manifest/": (CURATORS, NO),
    "p/<slug:slug>/lineage/": (MEMBERS, NO),
    "p/<slug:slug>/lineage/find/": (NO, "login 302 302 302 302 302 404 302"),
    "p/<slug:slug>/lineage/predictions/<int:pk>/": ("login 404 404 404 404 404 404 404", NO),  # the walk's has none
    "notes/<int:pk>/lineage/": (CURATORS, NO),
    "datasets/<int:pk>/lineage/": (MEMBERS, NO),
    "runs/<int:pk>/notebook/": (MEMBERS, NO),
    "runs/<int:pk>/lineage/": (MEMBERS, NO),
    "models/<int:pk>/lineage/": (MEMBERS, NO),
    "p/<slug:slug>/deployments/": (MEMBERS, NO),
    "p/<slug:slug>/clients/": ("login 403 403 403 403 200 404 200", "login 403 403 403 403 200 404 200"),
    "clients/<int:pk>/revoke/": (NO, "login 403 403 403 403 302 404 302"),
    "api/v1/dev/<int:pk>/extract": (everybody(401), everybody(401)),
    "api/v1/extract": (everybody(401), everybody(401)),  # being signed in counts for nothing here
    "api/v1/model": (everybody(401), everybody(401)),
    "api/v1/datasets": (everybody(401), everybody(401)),
    "api/v1/datasets/<int:version>": (everybody(401), everybody(401)),
    "api/v1/datasets/<int:version>/notes": (everybody(401), everybody(401)),
    "api/v1/runs": (everybody(401), everybody(401)),
    "api/v1/runs/<int:number>": (everybody(401), everybody(401)),
    "api/v1/runs/<int:number>/evaluations": (everybody(401), everybody(401)),
    "api/v1/models": (everybody(401), everybody(401)),
    "api/v1/models/<int:number>": (everybody(401), everybody(401)),
    "livez": (everybody(200), NO),
    "readyz": (everybody(200), NO),
    "admin/": (staff(200), staff(200)),
    "admin/login/": ("200 200 200 200 200 200 200 302", everybody(200)),
    "admin/logout/": ("302 302 302 302 302 302 302 405", f"302 302 302 302 302 302 302 {LOGIN}"),
    "admin/password_change/": (staff(200), staff(200)),
    "admin/password_change/done/": (staff(200), staff(405)),
    "admin/autocomplete/": (staff(403), staff(405)),
    "admin/jsi18n/": (staff(200), staff(405)),
    "admin/r/<path:content_type_id>/<path:object_id>/": (staff(404), staff(404)),
    "admin/annotation/user/<id>/password/": (staff(200), staff(200)),
    r"admin/^(?P<app_label>auth|annotation|axes)/$": (staff(200), staff(200)),
    r"admin/(?P<url>.*)$": (staff(404), staff(404)),
    **admin_of("auth/group"),
    **admin_of("annotation/user"),
    **admin_of("annotation/project"),
    # What axes keeps can be looked at, not written; there is none here, and Django then goes back to the index.
    **admin_of("axes/accessattempt", add=403, change=302, save=302),
    **admin_of("axes/accesslog", add=403, change=302, save=302),
    **admin_of("axes/accessfailurelog", add=403, change=302, save=302),
}
NOTHING = behaviour.Wording("empty", "not_find", "")
SAMPLES = {r"admin/^(?P<app_label>auth|annotation|axes)/$": "admin/annotation/", r"admin/(?P<url>.*)$": "admin/no/such"}


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
        "clients": api_key[0].pk,
        "table": "throughput", "teams": teams.make(project=project, name="Walkers").pk,
        "labels": project.labels.get(name="DISEASE").pk,
        "tests": test.pk,
        "behaviour": behaviour.add(project=project, by=cast.reviewer, wording=NOTHING).pk,
        "admin/axes": 10**9,  # signing in writes rows of axes: 1 may be one of them
        "admin/auth/group": group.pk, "admin/annotation/user": cast.annotator.pk,
        "admin/annotation/project": project.pk, "guidelines": project.guideline_versions.get().pk,
    }  # fmt: skip


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
