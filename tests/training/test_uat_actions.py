"""The clinicians' test from its opening to its signature, with two real models."""

from __future__ import annotations

import pytest
from django.db.models import Q

from annotation.actions import notes
from annotation.errors import ActionError, TooLate
from annotation.models import Note, Project, Task
from monitoring.actions import uat as signing
from monitoring.models import Decision
from tests.conftest import Cast
from tests.together import together
from tests.uat import make_test
from training.actions import rules
from training.actions import uat as actions
from training.models import DatasetItem, ModelVersion, Run, UatRating, UatSession
from training.uat_draw import differs
from training.uat_state import items_of, result_for, turn_of

Status = UatSession.Status
RAW = 8


@pytest.fixture
def tested(project: Project, candidate: ModelVersion) -> ModelVersion:
    """A version whose run waits for clinicians, and some notes that no model learned from."""
    texts = [f"k/c/o hypertension, visit {number}" for number in range(RAW)]
    notes.add(project=project, news=[notes.NewNote(f"raw-{n}", text) for n, text in enumerate(texts)], origin="import")
    ModelVersion.objects.filter(pk=candidate.pk).update(status="uat")
    candidate.refresh_from_db()
    return candidate


@pytest.fixture
def session(tested: ModelVersion, cast: Cast) -> UatSession:
    raters = [cast.annotator, cast.annotator2]
    return make_test(model=tested, raters=raters, notes=4, by=cast.lead)


def rate_all(session: UatSession, verdict_of_candidate: str) -> None:
    """Every rater says the same of the candidate; of notes on which both agree, that both are right."""
    for rater in session.raters.all():
        while item := turn_of(session, rater).item:
            better = verdict_of_candidate == "better"
            side = "left" if better != item.swapped else "right"
            actions.rate(item=item, by=rater, verdict=side if differs(item) else "both")


def make_differ(session: UatSession) -> None:
    """As if the candidate had found something in each note, and the rival nothing."""
    found = [{"start": 0, "end": 5, "label": "DISEASE", "score": 0.9}]
    session.items.update(candidate_spans=found, rival_spans=[])


def test_session_shows_notes_that_no_model_learned_from_and_nobody_annotates_blind(
    project: Project, tested: ModelVersion, cast: Cast
) -> None:
    blind = list(Note.objects.filter(project=project, external_id__startswith="raw"))[: RAW // 2]
    notes.open_tasks(project=project, notes=blind, reason=Task.Reason.RANDOM_AUDIT)
    learned = DatasetItem.objects.filter(dataset=tested.dataset, split__in=("train", "dev")).values("note")
    first = make_test(model=tested, raters=[cast.annotator], notes=4, by=cast.lead)
    assert (first.items.count(), first.rival) == (4, None)
    assert [item.rival_spans for item in first.items.all()] == [[]] * 4
    assert not first.items.filter(Q(note__in=learned) | Q(note__in=blind)).exists()
    with pytest.raises(TooLate, match="compare"):
        actions.ask_for_test(model=tested, raters=[cast.annotator], notes=4, by=cast.lead)
    actions.cancel(session=first, by=cast.lead, reason="Wrong raters.")
    second = make_test(model=tested, raters=[cast.annotator], notes=4, by=cast.lead)
    assert not set(second.items.values_list("note")) & set(first.items.values_list("note"))


def test_session_that_cannot_be_is_refused(tested: ModelVersion, cast: Cast) -> None:
    asked = [
        (0, [cast.annotator], "1 to 200"),
        (4, [], "1 to 10 raters"),
        (4, [cast.lead], "started this training"),
        (4, [cast.approver], "does not annotate"),
        (4, [cast.outsider], "does not annotate"),
    ]
    for count, raters, sentence in asked:
        with pytest.raises(ActionError, match=sentence):
            actions.ask_for_test(model=tested, raters=raters, notes=count, by=cast.lead)
    tested.status = ModelVersion.Status.GATES_FAILED
    with pytest.raises(ActionError, match="failed a gate"):
        actions.ask_for_test(model=tested, raters=[cast.annotator], notes=4, by=cast.lead)
    assert not Run.objects.filter(kind=Run.Kind.UAT).exists()
    ModelVersion.objects.filter(pk=tested.pk).update(
        status="gates_failed", overridden_by=cast.admin, override_reason="Rare label."
    )
    tested.refresh_from_db()
    assert make_test(model=tested, raters=[cast.annotator], notes=4, by=cast.lead).status == Status.OPEN


def test_note_is_rated_once_by_each_rater_and_can_be_taken_back(session: UatSession, cast: Cast) -> None:
    item = turn_of(session, cast.annotator).item
    assert item is not None
    with pytest.raises(ActionError, match="no judgement"):
        actions.undo(session=session, by=cast.annotator)
    actions.rate(item=item, by=cast.annotator, verdict="both", seconds=10**9)
    with pytest.raises(TooLate, match="already"):
        actions.rate(item=item, by=cast.annotator, verdict="neither")
    assert UatRating.objects.get().seconds == actions.LONGEST_SECONDS
    assert (turn_of(session, cast.annotator).done, turn_of(session, cast.annotator2).done) == (1, 0)
    assert actions.undo(session=session, by=cast.annotator) == item
    assert turn_of(session, cast.annotator).item == item


def test_rating_of_somebody_else_or_of_no_sense_is_refused(session: UatSession, project: Project, cast: Cast) -> None:
    item, gone, blind, _ = items_of(session)
    with pytest.raises(ActionError, match="no rater"):
        actions.rate(item=item, by=cast.reviewer, verdict="both")
    with pytest.raises(ActionError, match="four buttons"):
        actions.rate(item=item, by=cast.annotator, verdict="maybe")
    item.rival_spans = item.candidate_spans
    with pytest.raises(ActionError, match="marked the same"):
        actions.rate(item=item, by=cast.annotator, verdict="left")
    Note.objects.filter(pk=gone.note_id).update(status=Note.Status.WITHDRAWN)
    notes.open_tasks(project=project, notes=[blind.note], reason=Task.Reason.RANDOM_AUDIT)
    with pytest.raises(ActionError, match="blind"):
        actions.rate(item=blind, by=cast.annotator, verdict="both")
    turn = turn_of(session, cast.annotator)
    assert (turn.total, turn.hidden, turn.item) == (3, 1, item)


def test_passed_test_moves_the_version_on_and_wakes_its_run(session: UatSession, cast: Cast) -> None:
    with pytest.raises(ActionError, match="Not every rater"):
        signing.sign(session=session, by=cast.annotator, passed=True, reason="Good.")
    rate_all(session, "better")
    for who in (cast.lead, cast.approver, cast.admin):
        with pytest.raises(ActionError, match="raters or a reviewer"):
            signing.sign(session=session, by=who, passed=True, reason="Mine.")
    signing.sign(session=session, by=cast.annotator, passed=True, reason=" As good. ")
    session.model.refresh_from_db()
    assert session.model.status == "pending_approval"
    assert (session.status, session.signed_by, session.reason) == (Status.PASSED, cast.annotator, "As good.")
    decision = Decision.objects.get(verb=Decision.Verb.UAT)
    assert decision.evidence["result"] == result_for(session).to_json()
    assert Run.objects.get(pk=session.model.run_id).status == Run.Status.QUEUED
    assert actions.objection(session.model) == ""
    with pytest.raises(TooLate, match="over"):
        signing.sign(session=session, by=cast.reviewer, passed=False, reason="No.")
    assert Decision.objects.filter(verb=Decision.Verb.UAT).count() == 1


def test_candidate_that_is_worse_too_often_may_not_be_signed_as_passed(
    session: UatSession, project: Project, cast: Cast
) -> None:
    make_differ(session)
    rate_all(session, "worse")
    assert list(result_for(session).lost) == [item.note_id for item in items_of(session)]
    with pytest.raises(ActionError, match="Worse on 4 of 4 notes"):
        signing.sign(session=session, by=cast.annotator, passed=True, reason="Still.")
    rules.change(project=project, values={"uat_worse": 1.0}, by=None)
    assert result_for(session).passed
    signing.sign(session=session, by=cast.reviewer, passed=False, reason="Misses drugs.")
    session.model.refresh_from_db()
    assert session.model.status == "uat"
    assert "failed the clinicians' test" in actions.objection(session.model)


@pytest.mark.django_db(transaction=True)
def test_rating_at_the_same_time_is_kept_once(session: UatSession, cast: Cast) -> None:
    item = session.items.all()[0]
    results = together(*[lambda: actions.rate(item=item, by=cast.annotator, verdict="both")] * 4)
    assert [type(one) for one in results if not isinstance(one, TooLate)] == [UatRating]
    assert UatRating.objects.count() == 1
