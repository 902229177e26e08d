"""A failed gate is overridden by two people, neither of whom trained the model; what is decided can be opened again."""

from __future__ import annotations

import pytest

from annotation.errors import ActionError, TooLate
from tests.conftest import Cast
from tests.together import together
from training.actions import models
from training.models import ModelVersion

Status = ModelVersion.Status


@pytest.fixture
def failed(candidate: ModelVersion) -> ModelVersion:
    """As the step that registers leaves it when a gate failed."""
    ModelVersion.objects.filter(pk=candidate.pk).update(status=Status.GATES_FAILED)
    candidate.refresh_from_db()
    return candidate


def test_approve_of_a_version_that_failed_a_gate_is_refused(failed: ModelVersion, cast: Cast) -> None:
    with pytest.raises(ActionError, match="can't be approved now: failed a gate"):
        models.approve(model=failed, by=cast.approver, reason="Good.")


def test_override_alone_changes_no_state(failed: ModelVersion, cast: Cast) -> None:
    models.override(model=failed, by=cast.admin, reason=" Only a label floor. ")
    assert (failed.status, failed.overridden_by, failed.override_reason) == (
        Status.GATES_FAILED,
        cast.admin,
        "Only a label floor.",
    )
    with pytest.raises(ActionError, match=r"can't be approved|overridden already"):
        models.approve(model=failed, by=cast.approver, reason="Good.")


def test_second_by_another_lets_it_wait_for_approval(failed: ModelVersion, cast: Cast) -> None:
    models.override(model=failed, by=cast.admin, reason="Rare label.")
    models.second(model=failed, by=cast.approver, reason="Agreed.")
    assert (failed.status, failed.override_seconded_by) == (Status.PENDING_APPROVAL, cast.approver)
    models.approve(model=failed, by=cast.approver, reason="Good.")
    assert failed.override_reason == "Rare label.", "the badge stays"


def test_second_before_an_override_is_refused(failed: ModelVersion, cast: Cast) -> None:
    with pytest.raises(ActionError, match="no override to second"):
        models.second(model=failed, by=cast.approver, reason="Agreed.")


@pytest.mark.parametrize("who", ["lead", "admin"])
def test_second_by_the_trainer_or_who_overrode_is_refused(failed: ModelVersion, cast: Cast, who: str) -> None:
    models.override(model=failed, by=cast.admin, reason="Rare label.")
    with pytest.raises(ActionError, match=r"You started this training|You overrode the gate yourself"):
        models.second(model=failed, by=getattr(cast, who), reason="Agreed.")
    failed.refresh_from_db()
    assert failed.status == Status.GATES_FAILED


def test_override_by_the_trainer_or_without_reason_or_of_a_sound_version_is_refused(
    candidate: ModelVersion, cast: Cast
) -> None:
    with pytest.raises(ActionError, match=r"You started this training"):
        models.override(model=candidate, by=cast.lead, reason="Mine.")
    with pytest.raises(ActionError, match="needs a reason"):
        models.override(model=candidate, by=cast.admin, reason=" ")
    with pytest.raises(ActionError, match="can't be overridden: waiting for approval"):
        models.override(model=candidate, by=cast.admin, reason="Why not.")


def test_override_and_second_a_second_time_are_refused(failed: ModelVersion, cast: Cast) -> None:
    models.override(model=failed, by=cast.admin, reason="Rare label.")
    with pytest.raises(TooLate, match="was overridden already, by admin"):
        models.override(model=failed, by=cast.reviewer, reason="Me too.")
    models.second(model=failed, by=cast.approver, reason="Agreed.")
    with pytest.raises(TooLate, match="was overridden already"):
        models.second(model=failed, by=cast.reviewer, reason="Agreed too.")
    assert failed.override_seconded_by == cast.approver


@pytest.mark.django_db(transaction=True)
def test_override_by_two_at_once_lets_exactly_one_win(failed: ModelVersion, cast: Cast) -> None:
    def override(number: int) -> str:
        model = ModelVersion.objects.get(pk=failed.pk)
        models.override(model=model, by=cast.admin if number % 2 else cast.reviewer, reason=str(number))
        return str(number)

    made = together(*[lambda number=number: override(number) for number in range(4)])
    won = [one for one in made if isinstance(one, str)]
    failed.refresh_from_db()
    assert won == [failed.override_reason]


# Opened again, archived -----------------------------------------------------------------------------------------------
def test_reopen_without_a_newer_evaluation_is_refused(candidate: ModelVersion, cast: Cast) -> None:
    models.reject(model=candidate, by=cast.approver, reason="Bad.")
    with pytest.raises(ActionError, match="was not evaluated since it was rejected"):
        models.reopen(model=candidate, by=cast.approver, reason="Again.")
    assert candidate.status == Status.REJECTED


def test_reopen_of_a_version_that_waits_is_refused(candidate: ModelVersion, cast: Cast) -> None:
    with pytest.raises(ActionError, match="can't be opened again"):
        models.reopen(model=candidate, by=cast.approver, reason="Why not.")


def test_archive_keeps_who_decided_and_happens_once(candidate: ModelVersion, cast: Cast) -> None:
    with pytest.raises(ActionError, match="can't be archived: waiting for approval"):
        models.archive(model=candidate, by=cast.approver, reason="Old.")
    models.reject(model=candidate, by=cast.approver, reason="Bad.")
    models.archive(model=candidate, by=cast.admin, reason="Old.")
    assert (candidate.status, candidate.decided_by, candidate.decision_reason) == (
        Status.ARCHIVED,
        cast.approver,
        "Bad.",
    )
    with pytest.raises(TooLate, match="is archived already"):
        models.archive(model=candidate, by=cast.admin, reason="Old.")
