"""The champion is rejected and the one before serves again; what is archived serves nowhere."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from annotation.errors import ActionError, TooLate
from annotation.models import Annotation
from tests.conftest import Cast
from tests.together import together
from training.actions import deployments, development, models, retirement
from training.models import Deployment, ModelVersion
from training.service_history import champion_at, first_services, last_annotations

Status = ModelVersion.Status


@pytest.fixture
def second(challenger: ModelVersion, cast: Cast) -> Deployment:
    """The champion after the champion."""
    models.approve(model=challenger, by=cast.approver, reason="Better.")
    return deployments.deploy(model=challenger, by=cast.approver)


def test_withdraw_puts_the_champion_before_back_in_service(
    champion: Deployment, second: Deployment, cast: Cast
) -> None:
    assert retirement.successor_of(second.model) == champion.model
    back = retirement.withdraw(model=second.model, by=cast.approver, reason=" Misses insulin. ")
    assert back is not None
    assert (back.model, back.status) == (champion.model, Deployment.Status.ACTIVE)
    second.refresh_from_db()
    assert (second.status, second.end_reason) == (Deployment.Status.ROLLED_BACK, "Misses insulin.")
    assert second.ended_at == back.started_at, "no moment without a champion"
    assert second.model.status == Status.REJECTED
    with pytest.raises(TooLate, match="is not in service any more"):
        retirement.withdraw(model=second.model, by=cast.approver, reason="Again.")


def test_withdraw_of_the_only_champion_leaves_nothing_in_service(champion: Deployment, cast: Cast) -> None:
    assert retirement.successor_of(champion.model) is None
    assert retirement.withdraw(model=champion.model, by=cast.approver, reason="Wrong.") is None
    assert Deployment.objects.champion_of(champion.project) is None


def test_withdraw_passes_over_a_tampered_version(champion: Deployment, second: Deployment, cast: Cast) -> None:
    file = next(path for path in sorted(champion.model.path.rglob("*")) if path.is_file())
    file.write_bytes(file.read_bytes() + b" ")
    assert retirement.withdraw(model=second.model, by=cast.approver, reason="Wrong.") is None


def test_withdraw_without_reason_or_of_a_version_that_stands_by_is_refused(
    champion: Deployment, second: Deployment, cast: Cast
) -> None:
    with pytest.raises(ActionError, match="needs a reason"):
        retirement.withdraw(model=second.model, by=cast.approver, reason=" ")
    with pytest.raises(TooLate, match="is not in service any more"):
        retirement.withdraw(model=champion.model, by=cast.approver, reason="Wrong.")


@pytest.mark.django_db(transaction=True)
def test_withdraw_twice_at_once_makes_one_row(champion: Deployment, second: Deployment, cast: Cast) -> None:
    def withdraw() -> Deployment | None:
        model = ModelVersion.objects.select_related("project").get(pk=second.model_id)
        return retirement.withdraw(model=model, by=cast.approver, reason="Wrong.")

    made = together(*[withdraw] * 3)
    assert sum(isinstance(one, Deployment) for one in made) == 1
    assert sum(isinstance(one, TooLate) for one in made) == 2
    assert Deployment.objects.active().get().model == champion.model


def test_serving_version_keeps_its_approval_in_the_database(champion: Deployment) -> None:
    with pytest.raises(IntegrityError, match="stays approved"), transaction.atomic():
        ModelVersion.objects.filter(pk=champion.model_id).update(status=Status.REJECTED)


def test_archive_ends_development_and_spares_the_champion(champion: Deployment, second: Deployment, cast: Cast) -> None:
    with pytest.raises(ActionError, match="is in service"):
        retirement.archive(model=second.model, by=cast.approver, reason="Old.")
    trial = development.deploy_to_dev(model=champion.model, by=cast.lead)
    retirement.archive(model=champion.model, by=cast.approver, reason="Old.")
    trial.refresh_from_db()
    assert (trial.status, trial.end_reason) == (Deployment.Status.RETIRED, "The version was archived.")
    with pytest.raises(ActionError, match="not approved"):
        deployments.roll_back(model=champion.model, by=cast.approver, reason="Why not.")


def test_promote_ends_the_champion_without_fault(champion: Deployment, second: Deployment, cast: Cast) -> None:
    deployments.promote(model=champion.model, by=cast.approver, reason="Quicker.")
    second.refresh_from_db()
    assert (second.status, second.end_reason) == (Deployment.Status.RETIRED, "Quicker.")
    with pytest.raises(TooLate, match="in service already"):
        deployments.promote(model=champion.model, by=cast.approver, reason="Quicker.")
    with pytest.raises(ActionError, match="needs a reason"):
        deployments.promote(model=second.model, by=cast.approver, reason="")


def test_champion_at_any_moment_is_the_one_of_that_period(champion: Deployment, second: Deployment) -> None:
    champion.refresh_from_db()
    assert champion.ended_at == second.started_at
    moments = {
        champion.started_at - timedelta(seconds=1): None,
        champion.started_at: champion,
        second.started_at - timedelta(microseconds=1): champion,
        second.started_at: second,
        timezone.now(): second,
    }
    assert {at: champion_at(champion.project, at) for at in moments} == moments


def test_last_annotation_is_the_newest_that_the_version_was_made_with(champion: Deployment) -> None:
    first = champion.model.dataset.items.order_by("annotation").values_list("annotation", flat=True)[0]
    assert last_annotations([champion.model])[champion.model_id] < champion.model.created_at
    # Made last, though it is not the one with the highest id.
    moment = timezone.now()
    Annotation.objects.filter(pk=first).update(created_at=moment)
    assert last_annotations([champion.model]) == {champion.model_id: moment}


def test_first_service_is_the_first_as_champion(champion: Deployment, second: Deployment, cast: Cast) -> None:
    again = deployments.roll_back(model=champion.model, by=cast.approver, reason="Worse.")
    development.deploy_to_dev(model=champion.model, by=cast.lead)
    assert again.started_at > second.started_at
    assert first_services([champion.model, second.model]) == {
        champion.model_id: champion.started_at,
        second.model_id: second.started_at,
    }
