"""The pages of batches: send a file, see what became of it, fetch it, stop it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client as Browser

from annotation.models import Project, User
from tests.conftest import Cast
from tests.training.batches import finish, jsonl, send
from training.batches.vault import root
from training.models import Batch, Deployment

BODY = jsonl([{"id": "p1", "text": "Tab Metformin 500"}, "{broken", {"id": "p2", "text": "no fever"}])
BrowserOf = Callable[[User], Browser]


def post_file(browser: Browser, file_format: str = "jsonl") -> HttpResponse:
    form = {"file": SimpleUploadedFile("notes", BODY), "format": file_format, "store": "on"}
    return browser.post("/p/clinic/batches/", form)


def test_sent_file_is_followed_and_fetched(champion: Deployment, cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.lead)
    response = post_file(browser)
    batch = Batch.objects.get()
    assert (response.status_code, response["Location"]) == (302, f"/batches/{batch.pk}/")
    assert "Waits for a worker" in browser.get(f"/batches/{batch.pk}/").content.decode()
    assert browser.get(f"/batches/{batch.pk}/csv/").status_code == 302  # not there yet
    finish(batch)
    page = browser.get(f"/batches/{batch.pk}/").content.decode()
    assert "Line 2: Not valid JSON" in page
    assert "hx-trigger" not in page
    lines = b"".join(browser.get(f"/batches/{batch.pk}/jsonl/").streaming_content).splitlines()
    assert len(lines) == 3
    assert browser.get(f"/batches/{batch.pk}/exe/").status_code == 404
    assert f"Batch #{batch.pk}" in browser.get("/p/clinic/batches/").content.decode()


def test_who_only_looks_on_sees_counts_and_no_file(champion: Deployment, cast: Cast, browser_of: BrowserOf) -> None:
    batch = finish(send(champion.project, cast.lead, BODY))
    browser = browser_of(cast.annotator)
    page = browser.get(f"/batches/{batch.pk}/").content.decode()
    assert "Download" not in page
    assert "Send" not in browser.get("/p/clinic/batches/").content.decode().partition("<main")[2].partition("Sent")[0]
    assert post_file(browser).status_code == 403


def test_batch_is_cancelled_once_and_one_that_failed_goes_on(
    champion: Deployment, project: Project, cast: Cast, browser_of: BrowserOf
) -> None:
    browser, batch = browser_of(cast.lead), send(project, cast.lead, BODY)
    for _ in range(2):
        browser.post(f"/batches/{batch.pk}/cancel/")
    batch.refresh_from_db()
    assert batch.status == Batch.Status.CANCELLED
    Batch.objects.update(status=Batch.Status.FAILED, error="The disk was full.")
    assert "Go on" in browser.get(f"/batches/{batch.pk}/").content.decode()
    browser.post(f"/batches/{batch.pk}/resume/")
    assert finish(batch).status == Batch.Status.SUCCEEDED


@pytest.mark.usefixtures("project")
def test_without_a_model_the_page_says_so_and_keeps_no_upload(cast: Cast, browser_of: BrowserOf) -> None:
    page = post_file(browser_of(cast.lead)).content.decode()
    assert "No model of clinic is in service" in page
    assert list(root().iterdir()) == []
