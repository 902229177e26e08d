"""The run that makes a clinicians' test: what stops it on the way, and that nothing half-drawn is ever there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from annotation.actions import notes
from annotation.errors import ActionError, TooLate
from annotation.models import Note, Project
from monitoring.actions import decisions
from tests.conftest import Cast, make_candidate
from tests.together import together
from tests.training.conftest import lose
from training import ner, reaper, runs
from training.actions import models
from training.actions import runs as run_actions
from training.actions import uat as actions
from training.models import Deployment, ModelVersion, Run, UatItem, UatSession
from training.steps import uat as steps

DRAWN = 4


@pytest.fixture
def tested(project: Project, candidate: ModelVersion) -> ModelVersion:
    news = [notes.NewNote(f"raw-{number}", f"k/c/o hypertension, visit {number}") for number in range(6)]
    notes.add(project=project, news=news, origin=Note.Origin.IMPORT)
    return candidate


@pytest.fixture
def asked(tested: ModelVersion, cast: Cast) -> Run:
    return actions.ask_for_test(model=tested, raters=[cast.annotator], notes=DRAWN, by=cast.lead)


def between(monkeypatch: pytest.MonkeyPatch, act: Callable[[], Any]) -> None:
    """`act` happens after the notes are drawn and before the test is open."""
    draw = steps.draw

    def then(*arguments: Any, **named: Any) -> Any:
        rows = draw(*arguments, **named)
        act()
        return rows

    monkeypatch.setattr(steps, "draw", then)


def test_request_makes_a_run_and_no_test_yet(asked: Run, tested: ModelVersion, cast: Cast) -> None:
    assert (asked.kind, asked.status, asked.subject) == ("uat", Run.Status.QUEUED, tested)
    assert not UatSession.objects.exists()
    with pytest.raises(TooLate, match=f"Run {asked.pk} does that"):
        actions.ask_for_test(model=tested, raters=[cast.annotator], notes=DRAWN, by=cast.lead)
    with pytest.raises(ActionError, match="is being drawn"):
        models.approve(model=tested, by=cast.approver, reason="Good.")
    runs.execute(asked.pk)
    asked.refresh_from_db()
    session = UatSession.objects.get()
    assert (asked.status, session.created_by, session.items.count()) == (Run.Status.SUCCEEDED, cast.lead, DRAWN)
    assert list(session.raters.all()) == [cast.annotator]


def withdraw_note(_: ModelVersion, __: Cast) -> None:
    Note.objects.update(status=Note.Status.WITHDRAWN)


def reject(model: ModelVersion, cast: Cast) -> None:
    decisions.reject(model=model, by=cast.approver, reason="Bad.")


def rater_leaves(model: ModelVersion, cast: Cast) -> None:
    model.project.memberships.filter(user=cast.annotator).delete()


@pytest.mark.parametrize(
    ("act", "sentence"),
    [
        (withdraw_note, "A note was withdrawn while the notes were drawn"),
        (reject, "can't be tested now: rejected"),
        (rater_leaves, "does not annotate in Clinic"),
    ],
)
def test_what_changes_while_notes_are_drawn_ends_the_run_without_a_test(
    asked: Run,
    tested: ModelVersion,
    cast: Cast,
    monkeypatch: pytest.MonkeyPatch,
    act: Callable[[ModelVersion, Cast], None],
    sentence: str,
) -> None:
    between(monkeypatch, lambda: act(tested, cast))
    runs.execute(asked.pk)
    asked.refresh_from_db()
    assert asked.status == Run.Status.FAILED
    assert sentence in asked.error
    assert not UatItem.objects.exists()


def test_champion_that_changes_meanwhile_asks_for_a_new_draw(
    champion: Deployment, cast: Cast, trained: ner.Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    second, third = (make_candidate(champion.project, cast, trained, monkeypatch) for _ in range(2))
    run = actions.ask_for_test(model=third, raters=[cast.annotator], notes=1, by=cast.lead)
    between(monkeypatch, lambda: decisions.approve(model=second, by=cast.approver, reason="Better."))
    runs.execute(run.pk)
    run.refresh_from_db()
    assert "Another version went into service" in run.error
    assert not UatSession.objects.exists()


def test_artefact_that_was_changed_fails_the_run(asked: Run, tested: ModelVersion) -> None:
    (tested.path / "meta.json").write_text("{}")
    runs.execute(asked.pk)
    asked.refresh_from_db()
    assert (asked.status, "can't be tested" in asked.error) == (Run.Status.FAILED, True)


def test_lost_worker_and_cancel_leave_no_test(asked: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    class Killed(BaseException):
        """As kill -9."""

    def die() -> None:
        raise Killed

    with monkeypatch.context() as patch:
        between(patch, die)
        with pytest.raises(Killed):
            runs.execute(asked.pk)
    assert not UatSession.objects.exists()
    lose(asked)
    assert reaper.reap() == [asked.pk]
    runs.execute(asked.pk)
    assert UatSession.objects.get().items.count() == DRAWN
    with pytest.raises(TooLate):
        run_actions.cancel(run=Run.objects.get(pk=asked.pk))


def test_run_that_is_cancelled_never_opens(asked: Run) -> None:
    run_actions.cancel(run=asked)
    runs.execute(asked.pk)
    assert not UatSession.objects.exists()
    assert actions.objection(asked.subject) == ""  # type: ignore[arg-type]


@pytest.mark.django_db(transaction=True)
def test_two_who_ask_at_once_get_one_run(tested: ModelVersion, cast: Cast) -> None:
    ask = lambda: actions.ask_for_test(model=tested, raters=[cast.annotator], notes=DRAWN, by=cast.lead)  # noqa: E731
    made = together(ask, ask, ask)
    assert [isinstance(one, TooLate) for one in made].count(True) == 2
    assert Run.objects.filter(kind=Run.Kind.UAT).count() == 1
