"""A decision and its record are written together, once, or not at all."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError

from annotation.errors import ActionError, TooLate
from monitoring.actions import decisions
from monitoring.models import Decision
from tests.conftest import Cast
from tests.together import together
from training.models import Deployment, Evaluation, ModelVersion, Run


def test_approve_deploys_and_records_the_evidence(candidate: ModelVersion, cast: Cast) -> None:
    deployment = decisions.approve(model=candidate, by=cast.approver, reason=" Good. ")
    decision = Decision.objects.get()
    evaluation = Evaluation.objects.get(model=candidate, split="test")
    assert (decision.verb, decision.by, decision.reason) == ("approve", cast.approver, "Good.")
    assert (decision.model, decision.deployment) == (candidate, deployment)
    assert decision.evidence == {"evaluation": evaluation.pk, "scores": evaluation.scores, "difference": {}}


def test_approve_a_second_time_records_nothing_more(champion: Deployment, cast: Cast) -> None:
    with pytest.raises(TooLate):
        decisions.approve(model=champion.model, by=cast.approver, reason="Again.")
    assert (Decision.objects.count(), Deployment.objects.count()) == (1, 1)


def test_approve_by_who_started_the_training_leaves_no_trace(candidate: ModelVersion, cast: Cast) -> None:
    with pytest.raises(ActionError, match="somebody else"):
        decisions.approve(model=candidate, by=cast.lead, reason="Mine.")
    assert not Decision.objects.exists()
    assert not Deployment.objects.exists()


def test_approve_of_a_tampered_artefact_leaves_the_model_waiting(candidate: ModelVersion, cast: Cast) -> None:
    file = next(path for path in sorted(candidate.path.rglob("*")) if path.is_file())
    file.write_bytes(b"")
    with pytest.raises(ActionError, match="was changed after packaging"):
        decisions.approve(model=candidate, by=cast.approver, reason="Good.")
    candidate.refresh_from_db()
    assert candidate.status == ModelVersion.Status.PENDING_APPROVAL
    assert not Decision.objects.exists()


def test_reject_records_without_deployment(candidate: ModelVersion, cast: Cast) -> None:
    decisions.reject(model=candidate, by=cast.approver, reason="Worse.")
    decision = Decision.objects.get()
    assert (decision.verb, decision.deployment) == ("reject", None)
    with pytest.raises(TooLate):
        decisions.reject(model=candidate, by=cast.approver, reason="Worse.")
    assert Decision.objects.count() == 1


def test_roll_back_records_the_new_deployment(champion: Deployment, challenger: ModelVersion, cast: Cast) -> None:
    decisions.approve(model=challenger, by=cast.approver, reason="Better.")
    back = decisions.roll_back(model=champion.model, by=cast.approver, reason="Or not.")
    newest = Decision.objects.first()
    assert newest is not None
    assert (newest.verb, newest.deployment, newest.model) == ("rollback", back, champion.model)
    with pytest.raises(TooLate):
        decisions.roll_back(model=champion.model, by=cast.approver, reason="Or not.")
    assert Decision.objects.count() == 3


def test_withdraw_records_the_rejection_and_who_serves_again(
    champion: Deployment, challenger: ModelVersion, cast: Cast
) -> None:
    decisions.approve(model=challenger, by=cast.approver, reason="Better.")
    back = decisions.withdraw(model=challenger, by=cast.approver, reason="Misses insulin.", confirmed="password")
    rollback, reject = Decision.objects.all()[:2]
    assert (reject.verb, reject.model, reject.evidence["confirmed"]) == ("reject", challenger, "password")
    assert (rollback.verb, rollback.model, rollback.deployment) == ("rollback", champion.model, back)
    assert rollback.reason == "clinic v2 was rejected: Misses insulin."
    with pytest.raises(TooLate):
        decisions.withdraw(model=challenger, by=cast.approver, reason="Again.")
    assert Decision.objects.count() == 4


def test_override_and_second_wake_the_run_and_are_on_record(candidate: ModelVersion, cast: Cast) -> None:
    ModelVersion.objects.filter(pk=candidate.pk).update(status=ModelVersion.Status.GATES_FAILED)
    decisions.override(model=candidate, by=cast.admin, reason="Rare label.")
    decisions.second(model=candidate, by=cast.approver, reason="Agreed.")
    assert list(Decision.objects.values_list("verb", flat=True)) == ["second", "override"]
    assert Run.objects.get(pk=candidate.run_id).status == Run.Status.QUEUED
    decisions.approve(model=candidate, by=cast.approver, reason="Good.")
    assert candidate.status == ModelVersion.Status.APPROVED


def test_archive_and_promote_and_development_are_on_record(
    champion: Deployment, challenger: ModelVersion, cast: Cast
) -> None:
    trial = decisions.deploy_to_dev(model=challenger, by=cast.lead)
    assert Decision.objects.latest("pk").deployment == trial
    decisions.approve(model=challenger, by=cast.approver, reason="Better.")
    decisions.roll_back(model=champion.model, by=cast.approver, reason="Or not.")
    decisions.promote(model=challenger, by=cast.approver, reason="It was the network.")
    decisions.archive(model=champion.model, by=cast.approver, reason="Old.")
    verbs = list(Decision.objects.values_list("verb", flat=True))
    assert verbs[:5] == ["archive", "promote", "rollback", "approve", "dev"]


def test_decision_without_reason_is_refused_by_the_database(candidate: ModelVersion, cast: Cast) -> None:
    with pytest.raises(IntegrityError):
        Decision.objects.create(project=candidate.project, verb="reject", model=candidate, by=cast.approver, reason="")


@pytest.mark.django_db(transaction=True)
def test_approve_twice_at_once_deploys_and_records_once(candidate: ModelVersion, cast: Cast) -> None:
    def approve() -> Deployment:
        model = ModelVersion.objects.select_related("project").get(pk=candidate.pk)
        return decisions.approve(model=model, by=cast.approver, reason="Good.")

    made = together(*[approve] * 4)
    assert sum(isinstance(one, Deployment) for one in made) == 1
    assert sum(isinstance(one, TooLate) for one in made) == 3
    assert (Decision.objects.count(), Deployment.objects.count()) == (1, 1)


def approve_command(*options: str) -> str:
    out = StringIO()
    call_command("approve", "1", "--reason", "Good.", *options, stdout=out)
    return out.getvalue()


def test_approve_command_puts_the_model_in_service(candidate: ModelVersion) -> None:
    row = json.loads(approve_command("--by", "approver", "--json"))
    assert (row["model"], row["project"]) == (1, "clinic")
    assert Deployment.objects.get(pk=row["deployment"]).model == candidate


@pytest.mark.parametrize(
    ("who", "says"), [("lead", "is no approver"), ("outsider", "is no approver"), ("nobody", "no active user")]
)
def test_approve_command_by_somebody_else_is_refused(candidate: ModelVersion, who: str, says: str) -> None:
    with pytest.raises(CommandError, match=says):
        approve_command("--by", who)
    assert not Deployment.objects.exists()


def test_approve_command_a_second_time_is_refused(candidate: ModelVersion) -> None:
    approve_command("--by", "approver")
    with pytest.raises(CommandError, match="is approved already, by approver"):
        approve_command("--by", "approver")
