"""A registered version is evaluated again: what it gives, what stops it, and what becomes of the version."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from annotation.actions import notes
from annotation.errors import ActionError, TooLate
from annotation.models import Label, Note
from tests.conftest import Cast
from tests.pipelines import without_fresh_process
from tests.together import together
from tests.training.conftest import lose
from training import gates, reaper, runs
from training.actions import evaluations as actions
from training.actions import models, rules
from training.actions import runs as run_actions
from training.gate_results import Check, GateResult
from training.judgements import judged_in, judgements_of
from training.models import Deployment, Evaluation, GateReport, ModelVersion, Run, Step

Status = ModelVersion.Status


@pytest.fixture(autouse=True)
def quick_gate(monkeypatch: pytest.MonkeyPatch) -> None:
    without_fresh_process(monkeypatch)


def evaluate(model: ModelVersion, cast: Cast) -> Run:
    run = actions.evaluate_again(model=model, by=cast.approver)
    runs.execute(run.pk)
    run.refresh_from_db()
    model.refresh_from_db()
    return run


def fail_integration(monkeypatch: pytest.MonkeyPatch) -> None:
    failed = GateResult("integration", [Check("Within its time", False, "Too slow.")])
    monkeypatch.setattr(gates, "integration", lambda _: failed)


def test_evaluation_beside_the_champion_becomes_the_newest(
    champion: Deployment, challenger: ModelVersion, cast: Cast
) -> None:
    run = evaluate(challenger, cast)
    assert (run.status, run.error, run.kind, run.subject) == (Run.Status.SUCCEEDED, "", "evaluate", challenger)
    newest, first = judgements_of(challenger)
    assert (newest.run, first.run, judged_in(challenger)) == (run, challenger.run, run)
    assert (newest.dataset, newest.scores["f1"]) == (challenger.dataset.test_set, first.scores["f1"])
    beside = Evaluation.objects.get(run=run, role="champion")
    assert (beside.model, newest.compared_with, newest.difference["value"]) == (champion.model, beside, 0)
    assert set(GateReport.objects.filter(run=run).values_list("kind", flat=True)) == {"unit", "integration", "quality"}
    assert run.metrics == {"f1": newest.scores["f1"], "model": 2}
    assert challenger.path.is_dir(), "the artefact is not the run's to sweep away"


def test_champion_itself_is_evaluated_beside_nobody(champion: Deployment, cast: Cast) -> None:
    run = evaluate(champion.model, cast)
    assert run.status == Run.Status.SUCCEEDED, run.error
    assert list(run.evaluations.values_list("role", "model")) == [("candidate", champion.model_id)]
    assert champion.model.status == Status.APPROVED


def test_rejected_version_is_opened_again_once_it_was_evaluated(candidate: ModelVersion, cast: Cast) -> None:
    evaluate(candidate, cast)
    models.reject(model=candidate, by=cast.approver, reason="Bad.")
    with pytest.raises(ActionError, match="was not evaluated since it was rejected"):
        models.reopen(model=candidate, by=cast.approver, reason="Again.")
    assert evaluate(candidate, cast).status == Run.Status.SUCCEEDED
    assert candidate.status == Status.REJECTED, "an evaluation decides nothing"
    models.reopen(model=candidate, by=cast.approver, reason="New test notes.")
    assert (candidate.status, candidate.decided_by, candidate.decision_reason) == (Status.PENDING_APPROVAL, None, "")
    with pytest.raises(ActionError, match="can't be opened again: waiting for approval"):
        models.reopen(model=candidate, by=cast.approver, reason="New test notes.")
    models.approve(model=candidate, by=cast.approver, reason="Better than thought.")


def test_rejected_version_that_fails_its_new_gates_stays_rejected(
    candidate: ModelVersion, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    models.reject(model=candidate, by=cast.approver, reason="Bad.")
    fail_integration(monkeypatch)
    run = evaluate(candidate, cast)
    assert run.status == Run.Status.SUCCEEDED
    with pytest.raises(ActionError, match=f"failed a gate when it was evaluated again in run {run.pk}: integration"):
        models.reopen(model=candidate, by=cast.approver, reason="Again.")
    assert candidate.status == Status.REJECTED


def test_clinicians_test_that_the_rules_ask_for_is_not_got_round(candidate: ModelVersion, cast: Cast) -> None:
    models.reject(model=candidate, by=cast.approver, reason="Bad.")
    rules.change(project=candidate.project, values={"uat": "always"}, by=None)
    evaluate(candidate, cast)
    models.reopen(model=candidate, by=cast.approver, reason="New test notes.")
    assert candidate.status == Status.UAT


def test_undecided_version_moves_over_the_gate_with_its_newest_evaluation(
    candidate: ModelVersion, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        fail_integration(patch)
        evaluate(candidate, cast)
    assert candidate.status == Status.GATES_FAILED
    waiting = Step.objects.get(run=candidate.run_id, status=Step.Status.WAITING)
    assert waiting.message.startswith("A gate failed")
    with pytest.raises(ActionError, match="failed a gate"):
        models.approve(model=candidate, by=cast.approver, reason="Good.")
    evaluate(candidate, cast)
    assert candidate.status == Status.PENDING_APPROVAL


def test_override_stands_whatever_the_gates_say_again(
    candidate: ModelVersion, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    ModelVersion.objects.filter(pk=candidate.pk).update(status=Status.GATES_FAILED)
    models.override(model=candidate, by=cast.admin, reason="Rare label.")
    models.second(model=candidate, by=cast.approver, reason="Agreed.")
    fail_integration(monkeypatch)
    evaluate(candidate, cast)
    assert candidate.status == Status.PENDING_APPROVAL


def archive(model: ModelVersion, cast: Cast) -> None:
    models.reject(model=model, by=cast.approver, reason="Bad.")
    models.archive(model=model, by=cast.approver, reason="Old.")


def another_label(model: ModelVersion, _: Cast) -> None:
    Label.objects.create(project=model.project, name="DEVICE", colour=3)


def no_test_set(model: ModelVersion, _: Cast) -> None:
    type(model.dataset).objects.filter(kind="test").update(kind="snapshot", version=99)


def no_gold_left(model: ModelVersion, cast: Cast) -> None:
    Note.objects.filter(project=model.project).update(status=Note.Status.WITHDRAWN)


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (archive, "is archived"),
        (another_label, "marks DISEASE, TREATMENT and the project now DEVICE, DISEASE, TREATMENT"),
        (no_test_set, "no frozen test set"),
        (no_gold_left, "is left with gold"),
    ],
)
def test_version_that_cannot_be_measured_is_refused_before_and_during_the_run(
    candidate: ModelVersion, cast: Cast, spoil: Callable[[ModelVersion, Cast], None], sentence: str
) -> None:
    run = actions.evaluate_again(model=candidate, by=cast.lead)
    spoil(candidate, cast)
    with pytest.raises(ActionError, match=sentence):
        actions.evaluate_again(model=ModelVersion.objects.get(pk=candidate.pk), by=cast.lead)
    runs.execute(run.pk)
    run.refresh_from_db()
    assert run.status == Run.Status.FAILED
    assert sentence in run.error
    assert judgements_of(candidate).count() == 1


@pytest.mark.parametrize(("how", "sentence"), [("missing", "is missing"), ("changed", "was changed")])
def test_artefact_that_is_not_what_was_registered_fails_the_run(
    candidate: ModelVersion, cast: Cast, how: str, sentence: str
) -> None:
    if how == "missing":
        candidate.path.rename(candidate.path.with_name("gone"))
    else:
        (candidate.path / "meta.json").write_text("{}")
    run = evaluate(candidate, cast)
    assert run.status == Run.Status.FAILED
    assert sentence in run.error
    assert judgements_of(candidate).count() == 1


def test_run_that_is_cancelled_or_loses_its_worker_leaves_no_half_evaluation(
    candidate: ModelVersion, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        """As kill -9."""

    def die(_: Any) -> GateResult:
        raise Killed

    run = actions.evaluate_again(model=candidate, by=cast.lead)
    with monkeypatch.context() as patch:
        patch.setattr(gates, "integration", die)
        with pytest.raises(Killed):
            runs.execute(run.pk)
    assert judgements_of(candidate).count() == 1
    lose(run)
    reaper.reap()
    run_actions.cancel(run=Run.objects.get(pk=run.pk))
    runs.execute(run.pk)
    assert (judgements_of(candidate).count(), candidate.path.is_dir()) == (1, True)
    assert evaluate(candidate, cast).status == Run.Status.SUCCEEDED
    assert judgements_of(candidate).count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_who_ask_at_once_get_one_run(candidate: ModelVersion, cast: Cast) -> None:
    made = together(*[lambda: actions.evaluate_again(model=candidate, by=cast.lead)] * 4)
    assert sum(isinstance(one, Run) for one in made) == 1
    assert sum(isinstance(one, TooLate) for one in made) == 3
    assert Run.objects.filter(kind=Run.Kind.EVALUATE).count() == 1


def test_note_that_came_in_meanwhile_changes_nothing(candidate: ModelVersion, cast: Cast) -> None:
    notes.add(project=candidate.project, news=[notes.NewNote("raw", "k/c/o asthma")], origin=Note.Origin.IMPORT)
    run = evaluate(candidate, cast)
    own = run.evaluations.get()
    assert own.per_note == Evaluation.objects.get(run=candidate.run, role="candidate").per_note
