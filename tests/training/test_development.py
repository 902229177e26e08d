"""A version on trial: beside production, once, with an end, and never a champion."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from annotation.errors import ActionError, TooLate
from tests.conftest import Cast
from tests.together import together
from training.actions import development, models
from training.models import Deployment, ModelVersion

Environment = Deployment.Environment


def test_deploy_to_dev_of_a_candidate_leaves_production_alone(candidate: ModelVersion, cast: Cast) -> None:
    trial = development.deploy_to_dev(model=candidate, by=cast.lead)
    assert (trial.environment, trial.role, trial.status) == ("dev", "test", "active")
    assert Deployment.objects.champion_of(candidate.project) is None
    with pytest.raises(TooLate, match="is in development already"):
        development.deploy_to_dev(model=candidate, by=cast.lead)


def test_deploy_to_dev_of_a_rejected_version_is_allowed_and_of_an_archived_one_refused(
    candidate: ModelVersion, cast: Cast
) -> None:
    models.reject(model=candidate, by=cast.approver, reason="Bad.")
    development.end_dev(deployment=development.deploy_to_dev(model=candidate, by=cast.lead), by=cast.lead)
    models.archive(model=candidate, by=cast.approver, reason="Old.")
    with pytest.raises(ActionError, match="is archived"):
        development.deploy_to_dev(model=candidate, by=cast.lead)


def test_deploy_to_dev_of_a_tampered_artefact_is_refused(candidate: ModelVersion, cast: Cast) -> None:
    file = next(path for path in sorted(candidate.path.rglob("*")) if path.is_file())
    file.write_bytes(b"")
    with pytest.raises(ActionError, match="was changed after packaging"):
        development.deploy_to_dev(model=candidate, by=cast.lead)
    assert not Deployment.objects.exists()


def test_end_dev_happens_once_and_never_to_production(champion: Deployment, cast: Cast) -> None:
    trial = development.deploy_to_dev(model=champion.model, by=cast.lead)
    development.end_dev(deployment=trial, by=cast.lead)
    with pytest.raises(TooLate, match="was ended already"):
        development.end_dev(deployment=trial, by=cast.lead)
    with pytest.raises(ActionError, match="Production is ended by"):
        development.end_dev(deployment=champion, by=cast.lead)
    assert Deployment.objects.champion_of(champion.project) == champion
    development.deploy_to_dev(model=champion.model, by=cast.lead)


def test_unapproved_version_in_production_is_refused_by_the_database(candidate: ModelVersion, cast: Cast) -> None:
    row = {"project": candidate.project, "model": candidate, "started_by": cast.lead, "started_at": timezone.now()}
    with pytest.raises(IntegrityError, match="not approved"), transaction.atomic():
        Deployment.objects.create(**row)
    trial = development.deploy_to_dev(model=candidate, by=cast.lead)
    with pytest.raises(IntegrityError), transaction.atomic():
        Deployment.objects.filter(pk=trial.pk).update(environment="prod", role="champion")


@pytest.mark.django_db(transaction=True)
def test_deploy_to_dev_twice_at_once_makes_one_row(candidate: ModelVersion, cast: Cast) -> None:
    made = together(*[lambda: development.deploy_to_dev(model=candidate, by=cast.lead)] * 3)
    assert sum(isinstance(one, Deployment) for one in made) == 1
    assert sum(isinstance(one, TooLate) for one in made) == 2
