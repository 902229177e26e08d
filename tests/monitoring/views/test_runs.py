"""Pages of runs: start, follow, cancel, each once."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client as Browser
from django.urls import reverse

from annotation.models import Note, User
from tests.conftest import Cast
from tests.pipelines import instead_of_training, with_model
from training import ner, runs
from training.models import ModelVersion, Run

SignIn = Callable[[User], Browser]


@pytest.fixture
def lead(cast: Cast, gold_notes: list[Note], browser_of: SignIn) -> Browser:
    return browser_of(cast.lead)


def test_train_button_starts_a_run_and_is_gone_meanwhile(lead: Browser) -> None:
    assert "Train a model" in lead.get("/p/clinic/runs/").content.decode()
    response = lead.post("/p/clinic/train/")
    run = Run.objects.get()
    assert response["Location"] == f"/runs/{run.pk}/"
    assert not lead.get("/p/clinic/runs/").context["can_start"]


def test_train_button_a_second_time_says_why_not(lead: Browser) -> None:
    lead.post("/p/clinic/train/")
    page = lead.post("/p/clinic/train/", follow=True).content.decode()
    assert f"Run {Run.objects.get().pk} trains Clinic already" in page


def test_status_fragment_asks_again_while_the_run_goes_on(
    lead: Browser, trained: ner.Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    lead.post("/p/clinic/train/")
    run = Run.objects.get()
    address = reverse("run_status", args=[run.pk])
    fragment = lead.get(address).content.decode()
    assert "<html" not in fragment
    assert f'hx-get="{address}?step=' in fragment
    with_model(monkeypatch, trained)
    runs.execute(run.pk)
    fragment = lead.get(address).content.decode()
    assert "Waits for " in fragment
    assert reverse("model", args=[ModelVersion.objects.get().pk]) in fragment


def test_cancel_button_cancels_once(lead: Browser) -> None:
    lead.post("/p/clinic/train/")
    address = reverse("run_cancel", args=[Run.objects.get().pk])
    assert "is cancelled; nothing of it is in service" in lead.post(address, follow=True).content.decode()
    assert "is over already" in lead.post(address, follow=True).content.decode()
    assert Run.objects.get().status == Run.Status.CANCELLED


def test_cancel_by_an_annotator_is_refused(lead: Browser, cast: Cast, browser_of: SignIn) -> None:
    lead.post("/p/clinic/train/")
    run = Run.objects.get()
    assert browser_of(cast.annotator).post(reverse("run_cancel", args=[run.pk])).status_code == 403
    # A reviewer may cancel imports, not trainings.
    assert browser_of(cast.reviewer).post(reverse("run_cancel", args=[run.pk])).status_code == 403
    run.refresh_from_db()
    assert run.status == Run.Status.QUEUED


def test_failed_run_shows_its_sentence(lead: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise KeyError("Mrs Canary")

    instead_of_training(monkeypatch, fail)
    lead.post("/p/clinic/train/")
    run = Run.objects.get()
    runs.execute(run.pk)
    page = lead.get(reverse("run", args=[run.pk])).content.decode()
    assert "KeyError in step baseline" in page
    assert "Canary" not in page


@pytest.mark.parametrize("page", ["0", "-1", "x", "99999999999999999999", ""])
def test_runs_with_a_strange_page_number_shows_a_page(lead: Browser, page: str) -> None:
    assert lead.get("/p/clinic/runs/", {"page": page}).status_code == 200
