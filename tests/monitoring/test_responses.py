"""A response moves by what happened, does what the move asks for, and each move is on record."""

from __future__ import annotations

from datetime import timedelta

import pytest

from annotation.actions import revisions, tasks
from annotation.errors import ActionError
from annotation.models import Note, Project, Task
from annotation.synthetic import generate
from monitoring.actions import auditing, collecting, decisions, monitor, outages, policies, responses, watching, windows
from monitoring.actions.responses import Asked
from monitoring.models import Alert, Decision, Response, Window
from monitoring.policy import Event, Kind, Level, State
from tests.conftest import Cast, make_candidate
from tests.monitoring.windows import POLICY, WEEK, begin_weeks_ago, healthy_windows, serve, strange_notes
from tests.training.traffic import missed
from training import holds, ner
from training.actions import models as model_actions
from training.actions import rollouts, triggers
from training.in_force import rules_of
from training.models import Deployment, Hold, ModelVersion, Rollout, Run, TriggerRecord, UatSession


def level(project: Project, to: Level, **more: object) -> Response:
    responses.move(project=project, event=Event(Kind.LEVEL, level=to), asked=Asked(), **more)
    return Response.objects.get(project=project)


def strange_weeks(champion: Deployment, weeks: int = 2) -> Window:
    healthy_windows(champion, 2)
    start = champion.started_at + 2 * WEEK
    for week in range(weeks):
        serve(champion, start + week * WEEK + timedelta(days=1), strange_notes(60, seed=week))
    return windows.measure_due(champion.project, start + weeks * WEEK)[-1]


def test_warning_collects_labels_of_the_drifted_slices(champion: Deployment) -> None:
    policies.change(project=champion.project, values={**POLICY, "collect_notes": 30}, by=None, reason="")
    window = strange_weeks(champion)
    row = Response.objects.get()
    assert (window.level, row.state, row.audit_factor) == (Level.WARNING, State.COLLECTING, 2)
    slices = Task.objects.filter(reason=Task.Reason.DRIFT_SLICE)
    assert slices.count() == 21
    assert Task.objects.filter(reason=Task.Reason.UNCERTAINTY).count() == 9
    capitals = [note.text.isupper() for note in Note.objects.filter(tasks__in=slices)]
    assert sum(capitals) >= 19
    decision = Decision.objects.get(verb=Decision.Verb.COLLECT)
    assert decision.evidence["window"] == window.pk
    assert decision.evidence["policy"] == 1
    assert decision.evidence["actions"] == ["collect", "audit_twice", "notify"]
    alert = Alert.objects.get()
    assert (alert.severity, alert.status) == ("warning", "open")
    assert "Capital letters drifted" in alert.sentence


def test_labels_collected_are_never_audits_and_never_asked_twice(champion: Deployment) -> None:
    strange_weeks(champion)
    first = set(Task.objects.values_list("note", flat=True))
    assert collecting.collect(project=champion.project, model=champion.model, count=1000, by=champion.started_by) > 0
    assert Task.objects.count() == len(set(Task.objects.values_list("note", flat=True)))
    assert first < set(Task.objects.values_list("note", flat=True))
    assert not Task.objects.filter(reason=Task.Reason.RANDOM_AUDIT).exists()


def test_enough_gold_starts_a_training_once(champion: Deployment, cast: Cast) -> None:
    project = champion.project
    policies.change(project=project, values={**POLICY, "collect_gold": 2, "collect_notes": 4}, by=None, reason="")
    strange_weeks(champion)
    assert watching.watch(project) == []
    for task in Task.objects.filter(reason=Task.Reason.DRIFT_SLICE)[:2]:
        held = tasks.take(task=task, by=cast.annotator)
        newest = revisions.latest(task.note)
        base = newest.revision if newest else 0
        revisions.submit(task=held, by=cast.annotator, spans=[], base_revision=base, seconds=9)
    assert watching.watch(project) == [Kind.ENOUGH_GOLD]
    row = Response.objects.get()
    assert (row.state, row.run.trigger) == (State.RETRAINING, Run.Trigger.DECISION)
    assert watching.watch(project) == []
    assert Run.objects.filter(trigger=Run.Trigger.DECISION).count() == 1


def test_a_failed_training_collects_again_and_the_second_one_investigates(champion: Deployment) -> None:
    project = champion.project
    level(project, Level.WARNING)
    for state in (State.COLLECTING, State.INVESTIGATING):
        responses.move(project=project, event=Event(Kind.ENOUGH_GOLD), asked=Asked(), at=later(project))
        run = Response.objects.get().run
        Run.objects.filter(pk=run.pk).update(status=Run.Status.FAILED, ended_at=run.created_at)
        assert watching.watch(project) == [Kind.FAILED]
        assert Response.objects.get().state == state
    assert Hold.objects.get().frozen


def look_for_gold(project: Project) -> str:
    """What the trigger of new gold says."""
    assert triggers.look_at(project, rules_of(project)) is None
    record = TriggerRecord.objects.first()
    assert record is not None
    return record.sentence


def later(project: Project) -> object:
    """After the cooldown of whatever training there was."""
    row = Response.objects.get(project=project)
    return (row.retrained_at or row.since) + timedelta(days=2)


def test_critical_freezes_investigates_and_asks_for_review(champion: Deployment, cast: Cast) -> None:
    project = champion.project
    row = level(project, Level.CRITICAL)
    assert (row.state, row.audit_factor) == (State.INVESTIGATING, 4)
    assert row.experiment.kind == Run.Kind.EXPERIMENT
    assert row.experiment.trigger == Run.Trigger.DECISION
    hold = Hold.objects.get()
    assert (hold.frozen, hold.review_below) == (True, 0.95)
    assert holds.doubt_of(project) == 0.95
    assert Alert.objects.get().severity == "critical"
    # Nothing starts by itself, and what did not pass the clinicians' test is not approved.
    Run.objects.update(status=Run.Status.SUCCEEDED, ended_at=row.since)
    assert "automation stands still" in look_for_gold(project)


def test_only_a_version_that_clinicians_passed_is_approved_while_frozen(
    champion: Deployment, cast: Cast, trained: ner.Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = champion.project
    level(project, Level.CRITICAL)
    model = make_candidate(project, cast, trained, monkeypatch)
    assert model.status == ModelVersion.Status.UAT
    ModelVersion.objects.filter(pk=model.pk).update(status=ModelVersion.Status.PENDING_APPROVAL)
    model.refresh_from_db()
    with pytest.raises(ActionError, match="only a version that clinicians have passed"):
        decisions.approve(model=model, by=cast.approver, reason="Now.")
    assert watching.watch(project) == []
    signed(model, cast)
    assert watching.watch(project) == [Kind.UAT_PASSED]
    assert Response.objects.get().state == State.AWAITING_APPROVAL
    assert model_actions.refusal(model, cast.approver) == ""
    decisions.approve(model=model, by=cast.approver, reason="Tested.")
    assert watching.watch(project) == [Kind.APPROVED, Kind.DEPLOYED]
    row = Response.objects.get()
    assert (row.state, row.level, row.champion, row.audit_factor) == (State.IDLE, Level.NO_BASELINE, model, 1)
    assert not Hold.objects.exists()


def signed(model: ModelVersion, cast: Cast) -> None:
    row = Response.objects.get()
    UatSession.objects.create(
        model=model, created_by=cast.lead, status=UatSession.Status.PASSED, signed_by=cast.annotator,
        signed_at=row.since + timedelta(minutes=1), reason="All rated.",
    )  # fmt: skip


def test_a_version_tested_and_approved_between_two_looks_ends_the_investigation(
    champion: Deployment, cast: Cast, trained: ner.Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = champion.project
    level(project, Level.CRITICAL)
    model = make_candidate(project, cast, trained, monkeypatch)
    ModelVersion.objects.filter(pk=model.pk).update(status=ModelVersion.Status.PENDING_APPROVAL)
    signed(model, cast)
    model.refresh_from_db()
    decisions.approve(model=model, by=cast.approver, reason="Tested.")
    assert watching.watch(project) == [Kind.UAT_PASSED, Kind.APPROVED, Kind.DEPLOYED]
    assert not Hold.objects.exists()


def test_while_frozen_nothing_untested_goes_into_service_by_any_way(challenger: ModelVersion, cast: Cast) -> None:
    champion = Deployment.objects.champion_of(challenger.project)
    assert champion is not None
    level(champion.project, Level.CRITICAL)
    ModelVersion.objects.filter(pk=challenger.pk).update(
        status=ModelVersion.Status.APPROVED, decided_by=cast.approver, decided_at=champion.started_at,
        decision_reason="Good.",
    )  # fmt: skip
    challenger.refresh_from_db()
    with pytest.raises(ActionError, match="clinicians have passed"):
        decisions.promote(model=challenger, by=cast.approver, reason="Better.")
    with pytest.raises(ActionError, match="clinicians have passed"):
        rollouts.start_canary(model=challenger, by=cast.approver)
    assert Deployment.objects.champion_of(champion.project) == champion


def test_critical_takes_a_canary_back_that_runs_beside_it(challenger: ModelVersion, cast: Cast) -> None:
    decisions.approve(model=challenger, by=cast.approver, reason="By canary.", canary=True)
    level(challenger.project, Level.CRITICAL)
    assert Rollout.objects.get().status == Rollout.Status.ROLLED_BACK


def test_a_rejected_version_goes_back_to_collecting(
    champion: Deployment, cast: Cast, trained: ner.Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = champion.project
    level(project, Level.WARNING)
    responses.move(project=project, event=Event(Kind.ENOUGH_GOLD), asked=Asked(), at=later(project))
    Run.objects.filter(trigger=Run.Trigger.DECISION).update(status=Run.Status.CANCELLED, ended_at=champion.started_at)
    model = make_candidate(project, cast, trained, monkeypatch)
    Response.objects.update(run=model.run)
    assert watching.watch(project) == [Kind.GATES_PASSED]
    assert Response.objects.get().model == model
    decisions.reject(model=model, by=cast.approver, reason="Not better.")
    assert watching.watch(project) == [Kind.REJECTED]
    assert Response.objects.get().state == State.COLLECTING


def test_the_switch_stops_what_the_policy_would_start(champion: Deployment, cast: Cast) -> None:
    project = champion.project
    responses.ask(project=project, kind=Kind.STOP, by=cast.lead, reason="The feed is being moved.")
    row = level(project, Level.WARNING)
    assert (row.state, row.stopped_by) == (State.IDLE, cast.lead)
    assert not Task.objects.filter(reason=Task.Reason.DRIFT_SLICE).exists()
    with pytest.raises(ActionError, match="off already"):
        responses.ask(project=project, kind=Kind.STOP, by=cast.lead, reason="Again.")
    assert "automation stands still" in look_for_gold(project)
    responses.ask(project=project, kind=Kind.RESUME, by=cast.lead, reason="Moved.")
    assert not Hold.objects.exists()
    assert [d.verb for d in Decision.objects.order_by("pk")][-1] == "resume"
    assert Response.objects.get().stopped_at is None


def test_a_person_needs_a_reason_and_the_right_moment(champion: Deployment, cast: Cast) -> None:
    project = champion.project
    with pytest.raises(ActionError, match="needs a reason"):
        responses.ask(project=project, kind=Kind.RETRAIN, by=cast.lead, reason=" ")
    with pytest.raises(ActionError, match="nothing to put off"):
        responses.override(
            project=project, by=cast.approver, reason="Known.", until=champion.started_at + timedelta(days=1)
        )
    assert not Decision.objects.filter(verb="snooze").exists()


def test_put_off_comes_back_when_the_time_is_over(champion: Deployment, cast: Cast) -> None:
    project = champion.project
    row = level(project, Level.CRITICAL)
    until = row.since + timedelta(days=3)
    responses.move(
        project=project, event=Event(Kind.OVERRIDE, until=until), asked=Asked(cast.approver, "Known."), at=row.since
    )
    assert Response.objects.get().state == State.SNOOZED
    assert watching.watch(project, until - timedelta(seconds=1)) == []
    assert watching.watch(project, until) == [Kind.EXPIRED]
    assert Response.objects.get().state == State.INVESTIGATING


def test_more_is_audited_by_the_same_lot(champion: Deployment) -> None:
    project = champion.project
    project.audit_rate = 0.2
    project.save()
    start = begin_weeks_ago(champion, 2)
    row = level(project, Level.WARNING, at=start)
    rows = serve(champion, start + timedelta(days=1), list(generate(200, seed=4)), audit=0.2)
    usual = Task.objects.filter(reason=Task.Reason.RANDOM_AUDIT).count()
    opened = auditing.audit_more(project, start + timedelta(days=2))
    assert row.audit_factor == 2
    assert 20 <= opened <= 65  # a further fifth of 200
    assert usual + opened <= len(rows)
    assert all(task.blind for task in Task.objects.filter(reason=Task.Reason.RANDOM_AUDIT))
    assert auditing.audit_more(project, start + timedelta(days=2)) == 0


def test_an_outage_is_critical_within_the_hour_and_over_when_it_is_over(champion: Deployment) -> None:
    project, now = champion.project, champion.started_at + timedelta(hours=3)
    missed(champion, now - timedelta(minutes=5), 80)
    assert [reason.rule for reason in outages.look_for_outage(project, now)] == ["failed"]
    outages.look_for_outage(project, now)
    assert Response.objects.get().state == State.INVESTIGATING
    alert = Alert.objects.get(key="outage")
    assert (alert.severity, alert.seen) == ("critical", 2)
    assert outages.look_for_outage(project, now + timedelta(hours=2)) == []
    assert Alert.objects.get(key="outage").status == "resolved"


def test_a_window_that_can_not_be_measured_hides_no_outage(
    champion: Deployment, caplog: pytest.LogCaptureFixture
) -> None:
    at = begin_weeks_ago(champion, 2) + 2 * WEEK
    missed(champion, at - timedelta(minutes=5), 80)
    serve(champion, champion.started_at + timedelta(days=1), list(generate(5, seed=4)))
    ModelVersion.objects.filter(pk=champion.model_id).update(folder="gone", sha256="0" * 64)
    monitor.look(at)
    assert "windows of project" in caplog.text
    assert Alert.objects.filter(key="outage", severity="critical").exists()
    assert Response.objects.get().state == State.INVESTIGATING


def test_too_few_answers_for_long_are_told_and_over_when_they_come(champion: Deployment) -> None:
    policies.change(project=champion.project, values=POLICY, by=None, reason="")
    start = begin_weeks_ago(champion, 3)
    windows.measure_due(champion.project, start + 2 * WEEK)
    alert = Alert.objects.get(key="quiet")
    assert "too few answers" in alert.sentence
    serve(champion, start + 2 * WEEK + timedelta(days=1), list(generate(60, seed=4)))
    windows.measure_due(champion.project, start + 3 * WEEK)
    assert Alert.objects.get(key="quiet").status == "resolved"


def test_a_champion_put_back_begins_anew(champion: Deployment) -> None:
    start = begin_weeks_ago(champion, 3)
    missed(champion, start + timedelta(days=1), 60)
    assert windows.measure_due(champion.project, start + WEEK)[0].level == Level.CRITICAL
    Deployment.objects.filter(pk=champion.pk).update(started_at=start + 2 * WEEK)
    assert windows.measure_due(champion.project, start + 3 * WEEK)[0].level != Level.CRITICAL
