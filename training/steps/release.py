"""The end of a pipeline: the version, the wait for a person, service, the new reference."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Max

from annotation.models import Project
from training import reference
from training.context import Context, Ended, Waiting
from training.models import Deployment, Evaluation, ModelVersion, Reference, Rollout, Run
from training.standing import WAITS, standing_after

Status = ModelVersion.Status


@transaction.atomic
def register(context: Context) -> dict[str, Any]:
    """The version appears with its evaluations and gates, whole or not at all."""
    run, made, fitted = context.run, context.need("package"), context.need("train")
    Project.objects.hold(run.project_id)
    number = (ModelVersion.objects.filter(project=run.project).aggregate(n=Max("number"))["n"] or 0) + 1
    model = ModelVersion.objects.create(
        project=run.project,
        number=number,
        run=run,
        dataset=context.dataset,
        recipe=fitted["recipe"],
        settings=fitted["settings"],
        labels=context.labels,
        folder=made["folder"],
        sha256=made["sha256"],
        signature=made["signature"],
        size=made["bytes"],
        temperature=context.need("calibrate")["temperature"],
        calibration=context.need("calibrate")["calibration"],
        misaligned=fitted["misaligned"],
        status=standing_after(run, run.project),
        trained_by=run.created_by,
    )
    own = Evaluation.objects.filter(run=run, role=Evaluation.Role.CANDIDATE)
    own.update(model=model)
    f1 = own.get(split="test").scores["f1"]
    Run.objects.filter(pk=run.pk).update(metrics={"f1": f1, "model": number})
    return {"model_id": model.pk, "model": number, "f1": f1, "status": model.status, "key": made["sha256"]}


def approval(context: Context) -> dict[str, Any]:
    """Wait for a person. Nothing and nobody else puts a model in service."""
    model = context.model
    if sentence := WAITS.get(Status(model.status)):
        raise Waiting(sentence)
    if model.status != Status.APPROVED:
        raise Ended(f"{model} is {model.get_status_display().lower()}: {model.decision_reason}")
    return {"by": str(model.decided_by), "reason": model.decision_reason}


def deploy(context: Context) -> dict[str, Any]:
    """Service begins with the approval itself, or with the end of a canary, which a run waits for."""
    model = context.model
    served = Deployment.objects.filter(model=model, environment=Deployment.Environment.PROD)
    deployment = served.filter(role=Deployment.Role.CHAMPION).first()
    if deployment is None:
        raise _not_serving(model)
    return {"deployment": deployment.pk, "status": deployment.status}


def _not_serving(model: ModelVersion) -> Exception:
    """What there is to say of a version that is approved and was never champion."""
    rollout = model.rollouts.answering().first()
    if rollout is None:
        return Ended(f"{model} was approved and not put in service; its page can do it.")
    if rollout.status == Rollout.Status.RUNNING:
        return Waiting(rollout.sentence)
    return Ended(
        f"{model}, {rollout.get_kind_display().lower()}: {rollout.get_status_display().lower()}. {rollout.reason}"
    )


def new_reference(context: Context) -> dict[str, Any]:
    """What the notes and answers of this champion look like when all is well: what drift is measured against."""
    model, dataset = context.model, context.dataset
    profile = reference.profile_of(model, dataset, context.progress)
    row, _ = Reference.objects.get_or_create(model=model, dataset=dataset, defaults={"profile": profile})
    return {"reference": row.pk, "notes": profile["notes"]}
