"""What serves: one champion a project, each change a new row, and only artefacts that are what was approved."""

from __future__ import annotations

import shutil

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from annotation.errors import ActionError, TooLate
from tests.conftest import Cast
from tests.together import together
from training.actions import deployments, models
from training.models import Deployment, ModelVersion

Status = Deployment.Status


@pytest.fixture
def second(challenger: ModelVersion, cast: Cast) -> ModelVersion:
    """An approved version that does not serve yet."""
    models.approve(model=challenger, by=cast.approver, reason="Better.")
    return challenger


def test_deploy_of_an_unapproved_model_is_refused(candidate: ModelVersion, cast: Cast) -> None:
    with pytest.raises(ActionError, match="not approved"):
        deployments.deploy(model=candidate, by=cast.approver)
    assert not Deployment.objects.exists()


def test_deploy_of_a_rejected_model_is_refused(candidate: ModelVersion, cast: Cast) -> None:
    models.reject(model=candidate, by=cast.approver, reason="Worse.")
    with pytest.raises(ActionError, match="not approved"):
        deployments.deploy(model=candidate, by=cast.approver)


def test_deploy_retires_the_champion_before(champion: Deployment, second: ModelVersion, cast: Cast) -> None:
    deployment = deployments.deploy(model=second, by=cast.approver)
    champion.refresh_from_db()
    assert (champion.status, champion.ended_by, champion.end_reason) == (
        Status.RETIRED,
        cast.approver,
        "Replaced by clinic v2.",
    )
    assert Deployment.objects.champion_of(second.project) == deployment


def test_deploy_a_second_time_is_refused(champion: Deployment, cast: Cast) -> None:
    with pytest.raises(TooLate, match="in service already"):
        deployments.deploy(model=champion.model, by=cast.approver)
    assert Deployment.objects.count() == 1


def test_deploy_of_a_tampered_artefact_is_refused_and_changes_nothing(
    champion: Deployment, second: ModelVersion, cast: Cast
) -> None:
    file = next(path for path in sorted(second.path.rglob("*")) if path.is_file())
    file.write_bytes(file.read_bytes() + b" ")
    with pytest.raises(ActionError, match="was changed after packaging"):
        deployments.deploy(model=second, by=cast.approver)
    champion.refresh_from_db()
    assert champion.status == Status.ACTIVE


def test_deploy_of_a_missing_artefact_is_refused(second: ModelVersion, cast: Cast) -> None:
    shutil.rmtree(second.path)
    with pytest.raises(ActionError, match="is missing below the models folder"):
        deployments.deploy(model=second, by=cast.approver)


def test_roll_back_is_a_new_row(champion: Deployment, second: ModelVersion, cast: Cast) -> None:
    middle = deployments.deploy(model=second, by=cast.approver)
    back = deployments.roll_back(model=champion.model, by=cast.approver, reason=" Misses insulin. ")
    assert back.pk not in (champion.pk, middle.pk)
    assert back.model == champion.model
    middle.refresh_from_db()
    assert (middle.status, middle.end_reason) == (Status.ROLLED_BACK, "Misses insulin.")
    champion.refresh_from_db()
    assert champion.status == Status.RETIRED


def test_roll_back_a_second_time_is_refused(champion: Deployment, second: ModelVersion, cast: Cast) -> None:
    deployments.deploy(model=second, by=cast.approver)
    deployments.roll_back(model=champion.model, by=cast.approver, reason="Worse.")
    with pytest.raises(TooLate):
        deployments.roll_back(model=champion.model, by=cast.approver, reason="Worse.")
    assert Deployment.objects.count() == 3


def test_roll_back_without_reason_is_refused(champion: Deployment, second: ModelVersion, cast: Cast) -> None:
    deployments.deploy(model=second, by=cast.approver)
    with pytest.raises(ActionError, match="needs a reason"):
        deployments.roll_back(model=champion.model, by=cast.approver, reason="  ")


def test_roll_back_to_a_model_that_never_served_is_refused(second: ModelVersion, cast: Cast) -> None:
    with pytest.raises(ActionError, match="never served"):
        deployments.roll_back(model=second, by=cast.approver, reason="Why not.")


def test_second_active_champion_is_refused_by_the_database(
    champion: Deployment, second: ModelVersion, cast: Cast
) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Deployment.objects.create(
            project=second.project, model=second, started_by=cast.approver, started_at=timezone.now()
        )


def test_half_ended_deployment_is_refused_by_the_database(champion: Deployment) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Deployment.objects.filter(pk=champion.pk).update(status=Status.RETIRED)


@pytest.mark.django_db(transaction=True)
def test_deploy_twice_at_once_makes_one_row(champion: Deployment, second: ModelVersion, cast: Cast) -> None:
    made = together(*[lambda: deployments.deploy(model=second, by=cast.approver)] * 3)
    assert sum(isinstance(one, Deployment) for one in made) == 1
    assert sum(isinstance(one, TooLate) for one in made) == 2
    assert Deployment.objects.active().count() == 1
    assert Deployment.objects.count() == 2
