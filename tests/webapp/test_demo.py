"""The demo, smaller than life and with the session's model: everything the first page needs, once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from django.test import Client as Browser
from django.utils import timezone

from annotation.actions import guidelines
from annotation.models import Annotation, Comment, Note, Project, Task, Team, User
from annotation.spans import exact_counts, span_problems
from annotation.synthetic import generate
from monitoring.models import Measurement
from monitoring.quality import reading
from monitoring.quality.section import Question
from tests.conftest import KeepRows
from tests.kept import Kept
from tests.pipelines import with_model
from training import context, ner, runs
from training.actions import runs as actions
from training.models import Deployment, ModelVersion, Run
from training.rules import Rules
from webapp import demo, demo_marking, demo_people
from webapp.demo_work import WORD_LIST

DONE = {"audit": 4, "audit_twice": 2, "imported": 30, "twice": 12, "suggested": 6}
OPEN = {"audits": 2, "labels": 6, "uncertainty": 2, "drift_slice": 2, "feedback": 2}
SMALL = {"DONE": DONE, "OPEN": OPEN, "OPEN_TWICE": 6, "SECOND_WAITS": 1, "DECISION_WAITS": 2, "FOR_TEAM": 3}


def make_small(monkeypatch: pytest.MonkeyPatch, trained: ner.Trained) -> None:
    for name, value in SMALL.items():
        monkeypatch.setattr(demo, name, value)
    with_model(monkeypatch, trained)
    monkeypatch.setattr(context, "rules_of", lambda _: Rules(slice_notes=3, slice_entities=3))


@pytest.fixture
def said(db: None, trained: ner.Trained, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    make_small(monkeypatch, trained)
    return []


@pytest.fixture(scope="module")
def kept_demo(keep_rows: KeepRows, trained: ner.Trained) -> Kept:
    def set_up() -> None:
        with pytest.MonkeyPatch.context() as monkeypatch:
            make_small(monkeypatch, trained)
            demo.set_up(id)

    return keep_rows("demo", set_up)


@pytest.fixture
def project(db: None, own_folders: None, kept_demo: Kept, tmp_path: Path) -> Project:
    """The demo's, with all that was set up."""
    kept_demo.put_back(tmp_path)
    return Project.objects.get(slug="demo")


def test_set_up_makes_all_that_the_first_page_shows(said: list[str], browser_of: Callable[[User], Browser]) -> None:
    project = demo.set_up(said.append)
    assert Note.objects.count() == sum(DONE.values()) + sum(OPEN.values())
    audited, settled = Annotation.objects.audited().count(), Annotation.objects.trainable().count()
    assert 4 <= audited <= 6, "a doubled audit counts once it is settled"
    assert 36 < settled <= 48
    champion = Deployment.objects.champion_of(project)
    assert champion is not None
    assert champion.model.trained_by != champion.started_by
    assert champion.model.dataset.items.count() == settled
    assert Measurement.objects.get().value["notes"] == audited
    assert "on audited notes" in said[-1]
    response = browser_of(User.objects.get(username="demo-lead")).get("/p/demo/")
    assert response.context["kpi"]["notes"] == audited
    assert response.context["champion"] == champion


def test_queue_has_each_reason_some_pairs_and_a_team(project: Project) -> None:
    waiting = Task.objects.waiting()
    counts = {row["reason"]: row["waiting"] for row in waiting.queue_summary()}
    # One of each kind is for two people; one more note waits for its second annotator.
    assert counts == {
        "label": 6, "random_audit": 2, "double": 6, "adjudicate": 2, "uncertainty": 2, "drift_slice": 2, "feedback": 2,
    }  # fmt: skip
    assert waiting.filter(team=Team.objects.get()).count() == 3
    blind = Task.objects.filter(blind=True).values("note")
    suggestions = Annotation.objects.filter(author_model__startswith="demo v")
    assert suggestions.count() == sum(OPEN.values()) - 2 - 4
    assert not suggestions.filter(note__in=blind).exists()
    assert guidelines.unseen(project=project, by=User.objects.get(username="demo-annotator")) is not None
    assert Comment.objects.count() == 2


@pytest.mark.usefixtures("project")
def test_past_is_past_and_in_order() -> None:
    done = Task.objects.filter(status=Task.Status.ACCEPTED).select_related("note")
    assert all(task.note.received_at < task.closed_at for task in done if task.closed_at)
    assert max(task.closed_at for task in done if task.closed_at) < timezone.now() - timedelta(hours=23)
    for task in done.filter(reason=Task.Reason.ADJUDICATE):
        assert all(other.closed_at <= task.closed_at for other in task.note.tasks.doubled())
    times = Annotation.objects.filter(task__isnull=False).values_list("created_at", "task__closed_at")
    assert all(made == closed for made, closed in times)


def test_people_differ_as_people_do_and_correct_suggestions(project: Project) -> None:
    question = Question(project, User.objects.get(username="demo-reviewer"), sees_people=True, days=None)
    pairs = reading.pairs(question)
    assert len(pairs) == 13
    assert sum(pair.gold is None for pair in pairs) == 2
    counts = [exact_counts(pair.versions[0].spans, pair.versions[1].spans) for pair in pairs]
    assert 0 < sum(count.fp + count.fn for count in counts) < sum(count.tp for count in counts)
    corrected = reading.corrected(question)
    assert {one.model for one in corrected} == {WORD_LIST}
    assert len(corrected) == 6


def test_errors_of_hand_are_annotations_all_the_same() -> None:
    rng = Random(1)
    apart = 0
    for note in generate(60, seed=3):
        spans = demo_marking.by_hand(note.text, note.spans, errors=0.4, rng=rng)
        assert span_problems(note.text, spans, ["DISEASE", "TREATMENT"]) == []
        apart += spans != list(note.spans)
        kept = demo_marking.by_hand(note.text, note.spans, errors=0, rng=rng)
        assert kept == list(note.spans)
    assert apart > 40


def test_set_up_a_second_time_changes_nothing(said: list[str]) -> None:
    demo.set_up(said.append)
    said.clear()
    demo.set_up(said.append)
    assert said == []
    assert (Note.objects.count(), ModelVersion.objects.count(), Deployment.objects.count()) == (68, 1, 1)


def test_set_up_after_a_kill_in_training_goes_on(said: list[str]) -> None:
    project = demo._fill(said.append)
    lost = actions.start_training(project=project, by=None, trigger=Run.Trigger.DEMO)
    runs.claim(lost.pk)
    demo.set_up(said.append)
    lost.refresh_from_db()
    assert lost.status == Run.Status.CANCELLED
    assert Deployment.objects.champion_of(project) is not None


@pytest.mark.usefixtures("project")
def test_demos_people_have_no_password() -> None:
    people = User.objects.filter(username__startswith="demo-")
    assert people.count() == len(demo_people.PEOPLE)
    assert not any(person.has_usable_password() for person in people)
