"""Decisions on a model version: four eyes, once, with a reason."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from annotation.actions import projects
from annotation.errors import ActionError, TooLate
from annotation.models import Project
from tests.conftest import Cast, make_candidate
from tests.together import together
from training import ner
from training.actions import models
from training.models import Deployment, ModelVersion

Status = ModelVersion.Status


def test_approve_notes_who_and_why(candidate: ModelVersion, cast: Cast) -> None:
    models.approve(model=candidate, by=cast.approver, reason="  F1 is fine. ")
    assert (candidate.status, candidate.decided_by, candidate.decision_reason) == (
        Status.APPROVED,
        cast.approver,
        "F1 is fine.",
    )


def test_approve_by_who_started_the_training_is_refused(candidate: ModelVersion, cast: Cast) -> None:
    with pytest.raises(ActionError, match="somebody else must approve"):
        models.approve(model=candidate, by=cast.lead, reason="Mine.")
    candidate.refresh_from_db()
    assert candidate.status == Status.PENDING_APPROVAL
    models.reject(model=candidate, by=cast.lead, reason="I withdraw it.")


def test_approve_without_reason_is_refused(candidate: ModelVersion, cast: Cast) -> None:
    with pytest.raises(ActionError, match="needs a reason"):
        models.approve(model=candidate, by=cast.approver, reason=" \n")
    candidate.refresh_from_db()
    assert candidate.status == Status.PENDING_APPROVAL


def test_approve_a_second_time_names_who_was_first(candidate: ModelVersion, cast: Cast) -> None:
    models.approve(model=candidate, by=cast.approver, reason="Good.")
    with pytest.raises(TooLate, match="clinic v1 is approved already, by approver"):
        models.approve(model=candidate, by=cast.admin, reason="Good too.")
    assert candidate.decision_reason == "Good."


def test_reject_after_approve_is_refused(candidate: ModelVersion, cast: Cast) -> None:
    models.approve(model=candidate, by=cast.approver, reason="Good.")
    with pytest.raises(TooLate, match="is approved already"):
        models.reject(model=candidate, by=cast.admin, reason="No.")
    candidate.refresh_from_db()
    assert candidate.status == Status.APPROVED


def test_approve_after_reject_is_refused(candidate: ModelVersion, cast: Cast) -> None:
    models.reject(model=candidate, by=cast.approver, reason="Bad.")
    with pytest.raises(TooLate, match="is rejected already"):
        models.approve(model=candidate, by=cast.approver, reason="Or not.")


def test_half_a_decision_is_refused_by_the_database(candidate: ModelVersion) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        ModelVersion.objects.filter(pk=candidate.pk).update(status=Status.APPROVED)


@pytest.mark.django_db(transaction=True)
def test_approve_and_reject_at_once_lets_exactly_one_win(candidate: ModelVersion, cast: Cast) -> None:
    def decide(number: int) -> str:
        model = ModelVersion.objects.get(pk=candidate.pk)
        act = models.approve if number % 2 else models.reject
        act(model=model, by=cast.approver, reason=str(number))
        return str(number)

    made = together(*[lambda number=number: decide(number) for number in range(6)])
    won = [one for one in made if isinstance(one, str)]
    assert len(won) == 1
    assert sum(isinstance(one, TooLate) for one in made) == 5
    candidate.refresh_from_db()
    assert candidate.decision_reason == won[0]
    assert candidate.status == (Status.APPROVED if int(won[0]) % 2 else Status.REJECTED)


def test_find_takes_the_only_version_of_that_number(candidate: ModelVersion, project: Project) -> None:
    assert models.find(1, None) == candidate
    assert models.find(1, project) == candidate
    with pytest.raises(ActionError, match="no model v2"):
        models.find(2, project)
    with pytest.raises(ActionError, match="no model v1"):
        models.find(1, projects.get("elsewhere"))


def test_find_of_a_number_in_two_projects_asks_which(
    candidate: ModelVersion, cast: Cast, trained: ner.Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    again = make_candidate(candidate.project, cast, trained, monkeypatch)
    ModelVersion.objects.filter(pk=again.pk).update(project=projects.get("elsewhere"), number=1)
    with pytest.raises(ActionError, match="say which with --project"):
        models.find(1, None)
    models.reject(model=candidate, by=cast.approver, reason="Bad.")
    assert models.find(1, None) == again, "the only one that waits"


def test_serving_in_a_project_without_champion_is_refused(candidate: ModelVersion) -> None:
    with pytest.raises(ActionError, match="No model of Clinic is in service"):
        models.serving_in(candidate.project)


def test_serving_in_a_project_is_its_champion(champion: Deployment) -> None:
    assert models.serving_in(champion.project) == champion.model
