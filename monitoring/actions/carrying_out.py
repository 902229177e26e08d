"""What a move of the response asks for is done: tasks, trainings, holds, alerts. Each part by itself.

What can't be done now, such as a training beside another one, stops nothing else; it is told with the decision.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from annotation.actions import people
from annotation.errors import ActionError
from annotation.models import Project, User
from monitoring.actions import alerts, collecting, decisions, investigating, rollouts
from monitoring.actions.alerts import News, Severity
from monitoring.models import Response, Window
from monitoring.policy import Action, Level, State, Values
from training import holds, runs
from training.actions import triggers
from training.models import Rollout, Run

logger = logging.getLogger(__name__)
LEVEL_KEY = "level"


@dataclass(frozen=True, slots=True)
class Order:
    """`row` is locked and as it stands after the move; `window`: the newest that was measured."""

    project: Project
    row: Response
    window: Window | None
    values: Values
    sentence: str
    at: datetime
    # What was seen, where it is not what the window's reasons say.
    because: str = ""

    @property
    def by(self) -> User:
        return people.system("policy")


def carry_out(order: Order, actions: Sequence[Action]) -> list[str]:
    """What could not be done, and why."""
    trouble = []
    for action in actions:
        try:
            with transaction.atomic():
                _DO[action](order)
        except ActionError as error:
            trouble.append(f"{action.value}: {error}")
            logger.warning("%s of project %s: %s", action.value, order.project.pk, error)
    if actions:
        order.row.save()
    well = Level(order.row.level) in (Level.OK, Level.NO_BASELINE) and order.row.state == State.IDLE
    if well and Action.NOTIFY not in actions:
        alerts.over(project=order.project, key=LEVEL_KEY, at=order.at)
    return trouble


def _collect(order: Order) -> None:
    collecting.collect(project=order.project, model=order.row.champion, count=order.values.collect_notes, by=order.by)


def _audit(factor: int) -> Callable[[Order], None]:
    def act(order: Order) -> None:
        order.row.audit_factor = factor

    return act


def _start_pipeline(order: Order) -> None:
    trainer = people.system("trainer")
    run = triggers.start(project=order.project, trigger=Run.Trigger.DECISION, by=trainer, counted=0)
    # Somebody else's training of the same gold does as well.
    at_work = Run.objects.in_work().filter(project=order.project, kind=Run.Kind.PIPELINE)
    order.row.run = run or at_work.first()
    if order.row.run is None:
        raise ActionError("No training could be started; see the page of triggers.")


def _cancel_pipeline(order: Order) -> None:
    at_work = Run.objects.unfinished().filter(project=order.project, kind=Run.Kind.PIPELINE)
    for run in at_work.filter(trigger=Run.Trigger.DECISION):
        runs.cancel(run)


def _approve(order: Order) -> None:
    if order.row.model:
        reason = f"Every gate passed, and the policy approves by itself. {order.sentence}"
        decisions.approve(model=order.row.model, by=order.by, reason=reason, canary=True)


def _stop_rollout(order: Order) -> None:
    running = Rollout.objects.running().answering().with_models().filter(project=order.project)
    for rollout in running:
        rollouts.roll_back(rollout=rollout, by=order.by, reason=order.sentence)


def _open_investigation(order: Order) -> None:
    order.row.experiment = investigating.open_experiment(
        project=order.project, model=order.row.champion, window=order.window, by=order.by
    )


def _rescore(order: Order) -> None:
    investigating.rescore_standbys(project=order.project, champion=order.row.champion, by=order.by)


def _freeze(order: Order) -> None:
    holds.set_frozen(project=order.project, frozen=True, reason=order.sentence)


def _unfreeze(order: Order) -> None:
    holds.set_frozen(project=order.project, frozen=False, reason=order.sentence)


def _review_on(order: Order) -> None:
    holds.set_review_below(project=order.project, below=order.values.review_below, reason=order.sentence)


def _review_off(order: Order) -> None:
    holds.set_review_below(project=order.project, below=None, reason=order.sentence)


PROPOSALS = {
    State.IDLE: "Look at the drift page and decide whether to collect labels.",
    State.COLLECTING: "Annotate the tasks of the drifted slices; training starts by itself when there is enough gold.",
    State.RETRAINING: "Wait for the training; its gates decide.",
    State.AWAITING_APPROVAL: "Review the version that waits, and approve or reject it.",
    State.DEPLOYING: "Watch the canary.",
    State.INVESTIGATING: "Find out why on the drift page, train a better version and have clinicians test it.",
    State.SNOOZED: "It comes back when the time is over.",
}


def _notify(order: Order) -> None:
    grave = order.row.level == Level.CRITICAL.value
    measured = [one["sentence"] for one in order.window.reasons] if order.window else []
    reasons = [order.because] if order.because else measured
    alerts.tell(
        project=order.project,
        news=News(
            key=LEVEL_KEY,
            severity=Severity.CRITICAL if grave else Severity.WARNING,
            title=f"{order.project.name}: {order.row.get_level_display().lower()}",
            sentence=" ".join([order.sentence, *reasons]),
            proposal=PROPOSALS[State(order.row.state)],
            evidence={"window": order.window.pk, "state": order.row.state} if order.window else {},
        ),
        at=order.at,
    )


def _nothing(order: Order) -> None:
    """It is done already by whoever caused the event: an approval deploys, a champion's windows are its own."""


_DO: dict[Action, Callable[[Order], None]] = {
    Action.COLLECT: _collect,
    Action.AUDIT_TWICE: _audit(2),
    Action.AUDIT_FOUR_TIMES: _audit(4),
    Action.AUDIT_AS_USUAL: _audit(1),
    Action.START_PIPELINE: _start_pipeline,
    Action.CANCEL_PIPELINE: _cancel_pipeline,
    Action.APPROVE: _approve,
    Action.DEPLOY: _nothing,
    Action.STOP_ROLLOUT: _stop_rollout,
    Action.OPEN_INVESTIGATION: _open_investigation,
    Action.RESCORE_STANDBYS: _rescore,
    Action.FREEZE: _freeze,
    Action.UNFREEZE: _unfreeze,
    Action.NEEDS_REVIEW_ON: _review_on,
    Action.NEEDS_REVIEW_OFF: _review_off,
    Action.NEW_REFERENCE: _nothing,
    Action.NOTIFY: _notify,
}
