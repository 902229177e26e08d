"""The pages about work in a real Chromium: axe finds nothing, and nothing is wider than a narrow screen."""

from __future__ import annotations

import mimetypes
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client as Browser
from django.urls import reverse
from playwright.sync_api import Page, Route

from annotation.actions import assignments, guidelines, labels, notes, revisions, tasks, teams
from annotation.models import Note, Project, Task, User
from annotation.synthetic import generate
from tests.conftest import Cast, add_notes

SITE = "http://marginalia.test"
STATIC = Path(settings.BASE_DIR) / "webapp"


@pytest.fixture
def addresses(project: Project, cast: Cast) -> list[str]:
    """Every page with something on it."""
    rows: list[Note] = add_notes(project, list(generate(8, seed=5)))
    notes.open_tasks(project=project, notes=rows[:4], reason=Task.Reason.LABEL)
    for by in (cast.reviewer, cast.annotator):
        task = tasks.take_next(project=project, by=by)
        assert task
        revisions.submit(task=task, by=by, spans=[], base_revision=0, seconds=12)
        tasks.take_next(project=project, by=by)
    team = teams.make(project=project, name="Cardiology", members=[cast.annotator, cast.annotator2])
    ids = [note.pk for note in rows[4:]]
    assignments.open_for_notes(project=project, note_ids=ids, reason="feedback", by=cast.lead, team=team)
    label = labels.add(project=project, name="SYMPTOM", key="x", colour=3, hint="A complaint.", by=cast.lead)
    labels.retire(label=label, by=cast.lead)
    guidelines.publish(project=project, text="One.\n## DISEASE\nAll.\n## More\nTwo.", change="More.", by=cast.lead)
    slugs = ("queue", "assign", "teams", "settings", "guidelines", "guideline_edit", "guideline_compare", "label_add")
    objects = (("team", team.pk), ("label", label.pk), ("label", project.labels.active()[0].pk))
    return [*(reverse(name, args=["clinic"]) for name in slugs), *(reverse(name, args=[pk]) for name, pk in objects)]


def serve(route: Route, pages: dict[str, bytes]) -> None:
    """Answer with the product's pages, styles and scripts from their files."""
    path = route.request.url.removeprefix(SITE)
    file = STATIC / path[1:]
    if path in pages:
        route.fulfill(body=pages[path], content_type="text/html; charset=utf-8")
    else:
        body = file.read_bytes() if file.is_file() else b""
        route.fulfill(body=body, content_type=mimetypes.guess_type(file.name)[0])


def test_axe_finds_nothing_and_no_page_is_too_wide(
    page: Page, addresses: list[str], cast: Cast, browser_of: Callable[[User], Browser]
) -> None:
    wrong: list[Any] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    browser = browser_of(cast.reviewer)
    # Asked for here: inside Playwright's callbacks Django has another database connection.
    answers = {address: browser.get(address) for address in addresses}
    assert {address for address, answer in answers.items() if answer.status_code != 200} == set()
    pages = {address: answer.content for address, answer in answers.items()}
    page.route(f"{SITE}/**", lambda route: serve(route, pages))
    for address in addresses:
        page.set_viewport_size({"width": 1280, "height": 800})
        page.goto(SITE + address)
        found = Axe().run(page)
        if found.violations_count:
            wrong.append((address, found.generate_report()))
        page.set_viewport_size({"width": 390, "height": 800})
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wrong.append((address, "wider than 390 px"))
    assert wrong == []
