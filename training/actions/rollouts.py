"""A version goes into service by stages, is tested on a share of the callers, or reads along as a shadow."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from annotation.errors import ActionError, TooLate
from annotation.models import User
from training.actions import deployments
from training.actions.rollout_ends import close
from training.in_force import rules_of
from training.models import Deployment, ModelVersion, Rollout, Step
from training.rollouts import limits_of, stages_of

Kind, Role, Status = Rollout.Kind, Deployment.Role, ModelVersion.Status
ROLES = {Kind.CANARY: Role.CANARY, Kind.AB: Role.VARIANT, Kind.SHADOW: Role.SHADOW}
WORDS = {Kind.CANARY: "A canary or a test", Kind.AB: "A canary or a test", Kind.SHADOW: "A shadow"}
# Answers nobody, so nobody needs to have approved it.
UNDECIDED = (Status.UAT, Status.PENDING_APPROVAL, Status.APPROVED)


@dataclass(frozen=True, slots=True)
class Course:
    """How a roll-out goes: shares in percent stage by stage, and what each stage takes at least."""

    stages: list[int]
    bake_seconds: int
    minimum_requests: int
    limits: dict[str, float]
    plan: dict[str, Any] = field(default_factory=dict)

    def check(self) -> None:
        rising = all(low < high for low, high in zip(self.stages, self.stages[1:], strict=False))
        if not self.stages or not rising or not all(1 <= share <= 100 for share in self.stages):
            raise ActionError(f"The shares {self.stages} don't rise from stage to stage; give 1 to 100 % each.")


def course_of(model: ModelVersion) -> Course:
    """A canary's, by the rules in force."""
    rules = rules_of(model.project)
    return Course(stages_of(rules), round(60 * rules.bake_minutes), rules.stage_requests, limits_of(rules))


def start_canary(*, model: ModelVersion, by: User, course: Course | None = None) -> Rollout:
    """An approved version answers a few callers first, and more as long as no alarm trips."""
    course = course or course_of(model)
    if course.stages[-1:] != [100]:
        raise ActionError(f"The shares {course.stages} don't end at 100 %; a canary answers all in its last stage.")
    return start(kind=Kind.CANARY, model=model, by=by, course=course, among=(Status.APPROVED,))


def start_shadow(*, model: ModelVersion, by: User, share: int | None = None) -> Rollout:
    """The version reads a share of the notes after they were answered; nobody gets its answers."""
    rules = rules_of(model.project)
    chosen = share or max(1, round(100 * rules.shadow_share))
    return start(kind=Kind.SHADOW, model=model, by=by, course=Course([chosen], 0, 0, {}), among=UNDECIDED)


@transaction.atomic
def start(*, kind: Rollout.Kind, model: ModelVersion, by: User, course: Course, among: Collection[str]) -> Rollout:
    """Whatever its kind. Raises ActionError when it can't be; `among` are the states that the version may be in."""
    course.check()
    deployments.lock(model.project_id)
    model.refresh_from_db(fields=["status"])
    champion = _rival(model)
    if model.status not in among:
        raise ActionError(f"{model} is {model.get_status_display().lower()}; only an approved version answers callers.")
    running = Rollout.objects.running().filter(project=model.project_id)
    in_way = running.filter(kind=kind) if kind == Kind.SHADOW else running.answering()
    if other := in_way.select_related("model").first():
        raise TooLate(f"{WORDS[kind]} of {other.model} runs already; end it first.")
    if kind != Kind.SHADOW:
        deployments.require_tested(model)
    deployments.check_artefact(model)
    now = timezone.now()
    deployment = Deployment.objects.create(
        project=model.project, model=model, role=ROLES[kind], share=course.stages[0], started_by=by, started_at=now
    )
    return Rollout.objects.create(
        project=model.project,
        model=model,
        champion=champion,
        deployment=deployment,
        kind=kind,
        stages=course.stages,
        stage_started_at=now,
        bake_seconds=course.bake_seconds,
        minimum_requests=course.minimum_requests,
        limits=course.limits,
        plan=course.plan,
        started_at=now,
        started_by=by,
    )


def _rival(model: ModelVersion) -> Deployment:
    champion = Deployment.objects.champion_of(model.project)
    if champion is None:
        raise ActionError("No version is in service to measure against; put this one in service at once.")
    if champion.model_id == model.pk:
        raise TooLate(f"{model} is in service already.")
    return champion


@transaction.atomic
def next_stage(*, rollout: Rollout, requests: int, at: datetime) -> bool:
    """The stage is passed, the share grows; False when somebody was first. `requests`: of the stage that ends."""
    stage, share = rollout.stage, int(rollout.stages[rollout.stage + 1])
    passed = {
        "share": rollout.share,
        "started_at": rollout.stage_started_at.isoformat(),
        "ended_at": at.isoformat(),
        "requests": requests,
    }
    rows = Rollout.objects.running().filter(pk=rollout.pk, stage=stage)
    if not rows.update(stage=stage + 1, stage_started_at=at, passed=[*rollout.passed, passed]):
        return False
    Deployment.objects.active().filter(pk=rollout.deployment_id).update(share=share)
    rollout.refresh_from_db()
    waiting = Step.objects.filter(run=rollout.model.run_id, status=Step.Status.WAITING)
    waiting.update(message=rollout.sentence)
    return True


@transaction.atomic
def promote(*, rollout: Rollout, by: User, reason: str, result: dict[str, Any] | None = None) -> Deployment | None:
    """Its version becomes champion, the old one retires; None when the roll-out was over already."""
    deployments.lock(rollout.project_id)
    if not close(rollout=rollout, status=Rollout.Status.PROMOTED, by=by, reason=reason, result=result):
        return None
    return deployments.deploy(model=rollout.model, by=by, reason=reason)
