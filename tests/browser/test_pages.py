"""Every page of every role in Chromium: no violation of axe, no error in the console, nothing wider than a telephone.

The pages are those of the permissions table, so a new one is walked as soon as it has its row there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize

from annotation.actions import (
    assignments,
    client_usage,
    comments,
    guidelines,
    indexing,
    labels,
    notes,
    revisions,
    tasks,
    teams,
)
from annotation.models import Note, Project, Task, User
from annotation.spans import MarkedSpan, ScoredSpan, Span
from monitoring.actions import accuracy
from tests.conftest import Cast
from tests.disputes import dispute
from tests.permissions.roles import ROLES
from tests.permissions.table import TABLE
from tests.test_permissions import address, objects  # noqa: F401 (a fixture)
from webapp.signin import BACKEND

pytestmark = pytest.mark.django_db(transaction=True)

TEXT = "k/c/o diabetes, on metformin 500 <b>BD</b>"
DISEASE, TREATMENT = Span(6, 14, "DISEASE"), Span(19, 28, "TREATMENT")
# What is drawn by a script has been drawn.
READY = "!document.querySelector('#annotator:not([data-ready]), #adjudicator:not([data-ready]), .chart[hidden]')"
LOOK = "[document.documentElement.scrollWidth, document.querySelector('main').innerHTML]"
# Without all that is as it should be: to hand that over takes axe four times as long as to look.
VIOLATIONS = "options => axe.run({resultTypes: ['violations'], ...options}).then(found => found.violations)"
PHONE, SCREEN = ViewportSize(width=390, height=800), ViewportSize(width=1280, height=800)
# What is different on a telephone.
NARROW = ["scrollable-region-focusable", "target-size"]
# Parts of pages, files, and what machines ask for.
NO_PAGES = (
    *("admin/", "api/", "livez", "readyz", "metrics"),
    *("runs/<int:pk>/status/", "p/<slug:slug>/quality/<slug:table>.csv"),
    "p/<slug:slug>/health/<slug:part>.csv",
    *("datasets/<int:pk>/manifest/", "datasets/<int:pk>/notebook/", "runs/<int:pk>/notebook/"),
    *("batches/<int:pk>/status/", "batches/<int:pk>/<slug:file_format>/"),
    *("models/<int:pk>/card.json", "p/<slug:slug>/traffic/live/", "rollouts/<int:pk>/live/"),
)


@pytest.fixture
def clinic(project: Project, cast: Cast, objects: dict[str, Any]) -> dict[str, Any]:  # noqa: F811
    """A project in which something has happened: work of each kind, so that each part of a page is there."""
    audited, corrected, reserved = notes.add(
        project=project, news=[notes.NewNote(f"page-{n}", TEXT) for n in range(3)], origin=Note.Origin.IMPORT
    )
    (audit,) = notes.open_tasks(project=project, notes=[audited], reason=Task.Reason.RANDOM_AUDIT)
    _finish(audit, cast, [DISEASE, TREATMENT])
    (label,) = notes.open_tasks(project=project, notes=[corrected], reason=Task.Reason.UNCERTAINTY)
    found = {corrected.pk: [ScoredSpan(*DISEASE, 0.9)]}
    revisions.add_prelabels(project=project, found=found, author_model="clinic v0")
    _finish(label, cast, [TREATMENT], base=1)
    notes.open_tasks(project=project, notes=[reserved], reason=Task.Reason.LABEL)
    left, right = [MarkedSpan(*DISEASE), MarkedSpan(*TREATMENT)], [MarkedSpan(*DISEASE)]
    waiting = dispute(project, (cast.annotator, cast.annotator2), TEXT, left, right)
    comments.add(note=waiting.note, by=cast.annotator, text="Is the dose part of it?")
    text = "## DISEASE\nBy its name.\n\n## TREATMENT\nWithout its dose."
    guidelines.publish(project=project, text=text, change="Sections.", by=cast.lead)
    _divide(project, cast)
    hour = timezone.now().replace(minute=0, second=0, microsecond=0)
    client_usage.add({(objects["clients"], hour): client_usage.Use(1234, 2345, 345_678, 12, 3)}, {})
    accuracy.refresh(project)
    indexing.catch_up()
    return {**objects, "adjudicate": waiting.pk}


def _divide(project: Project, cast: Cast) -> None:
    """A team with work of its own, and a label that was retired."""
    (asked,) = notes.add(project=project, news=[notes.NewNote("page-team", TEXT)], origin=Note.Origin.IMPORT)
    team = teams.make(project=project, name="Cardiology", members=[cast.annotator, cast.annotator2])
    assignments.open_for_notes(project=project, note_ids=[asked.pk], reason="feedback", by=cast.lead, team=team)
    label = labels.add(project=project, name="SYMPTOM", key="x", colour=3, hint="A complaint.", by=cast.lead)
    labels.retire(label=label, by=cast.lead)


def _finish(task: Task, cast: Cast, spans: list[Span], *, base: int = 0) -> None:
    held = tasks.take(task=task, by=cast.annotator)
    revisions.submit(task=held, by=cast.annotator, spans=spans, base_revision=base, seconds=12)


class Walk:
    """A tab that goes from page to page and remembers what is wrong. A page that a role before had alike is not
    asked of axe again."""

    def __init__(self, page: Page, url: str) -> None:
        self.page, self.url = page, url
        self.wrong: list[str] = []
        self.seen: set[str] = set()
        self.here = ""
        page.on("pageerror", lambda error: self.wrong.append(f"{self.here}: {error}"))
        page.on("console", lambda line: line.type in ("warning", "error") and self.wrong.append(self.here + line.text))

    def go(self, path: str, role: str) -> None:
        self.here = f"{role} {path}: "
        answer = self.page.goto(self.url + path)
        if answer is None or answer.status != 200:
            self.wrong.append(f"{self.here}status {answer and answer.status}")
        self.page.wait_for_function(READY)
        width, main = self.page.evaluate(LOOK)
        if width > PHONE["width"]:
            self.wrong.append(f"{self.here}{width} px wide on a telephone of {PHONE['width']}")
        # A role's header is the same on each of its pages.
        shapes = {role, re.sub(r'value="[^"]*"|\d+', "", main)}
        if not shapes <= self.seen:
            self.seen |= shapes
            self.page.evaluate(AXE_SCRIPT)
            self.ask_axe({"runOnly": NARROW})
            self.page.set_viewport_size(SCREEN)
            self.ask_axe({})
            self.page.set_viewport_size(PHONE)

    def ask_axe(self, options: dict[str, Any]) -> None:
        # What the page does about its new width is done before the next frame.
        self.page.evaluate("new Promise(requestAnimationFrame)")
        for one in self.page.evaluate(VIOLATIONS, options):
            self.wrong.append(f"{self.here}{one['id']} at {[node['target'] for node in one['nodes']][:3]}")


def sign_in(context: BrowserContext, url: str, user: User) -> None:
    browser = Client()
    browser.force_login(user, backend=BACKEND)
    cookie = browser.cookies[settings.SESSION_COOKIE_NAME]
    context.clear_cookies()
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": url}])


@pytest.fixture
def walk(chromium: Browser, live_server: Any) -> Iterator[Walk]:
    # Without motion: half-way through a change of colours the contrast is anything.
    context = chromium.new_context(viewport=PHONE, reduced_motion="reduce")
    context.set_default_timeout(15_000)
    yield Walk(context.new_page(), live_server.url)
    context.close()


def pages(role: str) -> list[str]:
    """The routes that the table says this role can open."""
    place = ROLES.index(role)
    opened = (route for route, (get, _) in TABLE.items() if get.split()[place] == "200")
    return [route for route in opened if not route.startswith(NO_PAGES)]


@pytest.mark.slow
def test_every_page_of_every_role_is_sound(walk: Walk, clinic: dict[str, Any], cast: Cast) -> None:
    walk.go("/login/", "nobody")
    for role in ("annotator", "reviewer", "lead", "approver", "admin"):
        sign_in(walk.page.context, walk.url, getattr(cast, role))
        walked = [address(route, clinic) for route in pages(role)]
        assert len(walked) > 7
        for path in walked:
            walk.go(path, role)
        if role == "reviewer":
            walk.go(f"/tasks/{clinic['adjudicate']}/adjudicate/", role)
    assert walk.wrong == []


def test_table_without_script_holds_what_the_chart_shows(
    chromium: Browser, live_server: Any, clinic: dict[str, Any], cast: Cast
) -> None:
    context = chromium.new_context(java_script_enabled=False)
    sign_in(context, live_server.url, cast.lead)
    page = context.new_page()
    page.goto(f"{live_server.url}/p/clinic/quality/")
    section = page.locator("section", has=page.get_by_role("heading", name="Notes finished", exact=True))
    assert section.locator("tbody tr").first.is_visible()
    assert section.locator(".chart").is_hidden()
    context.close()


def test_charts_are_drawn_and_say_what_they_are(walk: Walk, clinic: dict[str, Any], cast: Cast) -> None:
    sign_in(walk.page.context, walk.url, cast.reviewer)
    walk.go("/p/clinic/quality/", "reviewer")
    assert walk.wrong == [], "the pages' policy forbids what Plotly would write into the page"
    charts = walk.page.locator(".chart")
    assert charts.count() == walk.page.locator(".chart .main-svg:first-child").count() > 4
    assert all("Chart of the table below" in (one.get_attribute("aria-label") or "") for one in charts.all())
    assert walk.page.locator("section:has(.chart) details[open]").count() == 0


def test_chart_keeps_its_height_in_a_window_of_another_size(walk: Walk, clinic: dict[str, Any], cast: Cast) -> None:
    sign_in(walk.page.context, walk.url, cast.reviewer)
    walk.go("/p/clinic/quality/", "reviewer")
    drawn = walk.page.locator(".chart .main-svg:first-child")
    before = drawn.first.bounding_box()
    walk.page.set_viewport_size({"width": 900, "height": 700})
    walk.page.wait_for_function(
        "width => document.querySelector('.chart .main-svg').getBoundingClientRect().width < width", arg=before["width"]
    )
    assert drawn.first.bounding_box()["height"] == before["height"]
