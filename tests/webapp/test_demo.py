"""The demo, smaller than life and with the session's model: everything the first page needs, once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client as Browser

from annotation.models import Annotation, Note, Task, User
from monitoring.models import Measurement
from training import ner, runs
from training.actions import runs as actions
from training.models import Deployment, ModelVersion, Run
from webapp import demo


@pytest.fixture
def said(db: None, trained: ner.Trained, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    for name, count in {"AUDITED": 5, "GOLD": 40, "OPEN_AUDITS": 2, "OPEN_LABELS": 6}.items():
        monkeypatch.setattr(demo, name, count)
    monkeypatch.setattr("training.steps.ner.train", lambda *_, **__: trained)
    return []


def test_set_up_makes_all_that_the_first_page_shows(said: list[str], browser_of: Callable[[User], Browser]) -> None:
    project = demo.set_up(said.append)
    assert Note.objects.count() == 53
    assert Annotation.objects.audited().count() == 5
    assert Annotation.objects.trainable().count() == 40
    waiting = Task.objects.waiting()
    assert sorted(waiting.values_list("reason", "blind")) == [("label", False)] * 6 + [("random_audit", True)] * 2
    assert Annotation.objects.filter(origin=Annotation.Origin.PRELABEL).count() == 6
    audits = Task.objects.filter(status=Task.Status.ACCEPTED).select_related("note")
    assert {task.closed_at - task.note.received_at for task in audits if task.closed_at} == {timedelta(hours=1)}
    champion = Deployment.objects.champion_of(project)
    assert champion is not None
    assert champion.model.trained_by != champion.started_by
    assert champion.model.dataset.items.count() == 40
    assert Measurement.objects.get().value["notes"] == 5
    assert "on audited notes" in said[-1]
    response = browser_of(User.objects.get(username="demo-lead")).get("/p/demo/")
    assert response.context["kpi"]["notes"] == 5
    assert response.context["champion"] == champion


def test_set_up_a_second_time_changes_nothing(said: list[str]) -> None:
    demo.set_up(said.append)
    said.clear()
    demo.set_up(said.append)
    assert said == []
    assert (Note.objects.count(), ModelVersion.objects.count(), Deployment.objects.count()) == (53, 1, 1)


def test_set_up_after_a_kill_in_training_goes_on(said: list[str]) -> None:
    project = demo._fill(said.append)
    lost = actions.start_training(project=project, by=None, trigger=Run.Trigger.DEMO)
    runs.claim(lost.pk)
    demo.set_up(said.append)
    lost.refresh_from_db()
    assert lost.status == Run.Status.CANCELLED
    assert Deployment.objects.champion_of(project) is not None


def test_demos_people_have_no_password(said: list[str]) -> None:
    demo.set_up(said.append)
    people = User.objects.filter(username__startswith="demo-")
    assert people.count() == len(demo.PEOPLE)
    assert not any(person.has_usable_password() for person in people)
