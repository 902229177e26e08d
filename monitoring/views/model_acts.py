"""What can be decided about a version now, and by whom: a form each, with what it does said before it is done."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from annotation.access import Right
from annotation.models import Project, User
from training.actions.models import override_refusal, refusal
from training.actions.retirement import successor_of
from training.in_force import rules_of
from training.judgements import reopening_refusal
from training.models import Deployment, ModelVersion
from training.rollouts import stages_of

Status = ModelVersion.Status


@dataclass(frozen=True, slots=True)
class Act:
    """A form: `name` is its address' name, `what` says what follows, `why_not` why this person can't (or empty).

    `ways` are the ways in which it can be done, value and words, the proposed one first.
    """

    name: str
    title: str
    what: str
    ask: str
    button: str
    look: str = ""
    why_not: str = ""
    ways: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """A version, whether it serves, and who looks at it with which rights."""

    model: ModelVersion
    serving: bool
    user: User
    rights: Collection[str]

    def without(self, right: Right) -> str:
        if right in self.rights:
            return ""
        who = {Right.DECIDE: "an approver", Right.OVERRIDE: "an admin"}[right]
        return f"Only {who} of this project can decide."


def acts_of(asked: Asked) -> list[Act]:
    """The forms of this state, in the order in which they are shown."""
    if asked.serving:
        return [_withdraw(asked)]
    return [make(asked) for make in ACTS.get(Status(asked.model.status), ())]


def _approve(asked: Asked) -> Act:
    project = asked.model.project
    ways = _ways(project) if Deployment.objects.champion_of(project) else ()
    how = ", in place of the one that serves now: at once, or after a canary" if ways else " at once"
    what = f"Approving puts this version in service{how}."
    why_not = asked.without(Right.DECIDE) or refusal(asked.model, asked.user)
    ask, button = "Why it may serve", "Approve and put in service"
    return Act("model_approve", "Approve", what, ask, button, "button-primary", why_not, ways)


def _ways(project: Project) -> tuple[tuple[str, str], ...]:
    """At once or by canary; the one that the rules propose comes first."""
    rules = rules_of(project)
    shares = ", then ".join(f"{share} %" for share in stages_of(rules))
    ways = {"at_once": "At once", "canary": f"By canary: {shares} of the callers, taken back by itself on an alarm"}
    return tuple(sorted(ways.items(), key=lambda way: way[0] != rules.deploy))


def _reject(asked: Asked) -> Act:
    what = "Rejecting keeps the version on record, and it does not serve. Nothing changes for the doctors."
    why_not = asked.without(Right.DECIDE)
    return Act("model_reject", "Reject", what, "Why it may not serve", "Reject", "button-danger", why_not)


def _override(asked: Asked) -> Act:
    model = asked.model
    if model.overridden_by_id:
        what = (
            f"{model.overridden_by} overrode the failed gate: “{model.override_reason}” When an approver seconds it, "
            "the version waits for approval, and a badge says for ever that a gate was overridden."
        )
        why_not = asked.without(Right.DECIDE) or override_refusal(model, asked.user)
        return Act("model_second", "Second the override", what, "Why you agree", "Second", why_not=why_not)
    what = (
        "A gate failed, so the version can't be approved. An admin can override that with a reason, and an approver "
        "must second it; a badge says so for ever."
    )
    why_not = asked.without(Right.OVERRIDE) or override_refusal(model, asked.user)
    return Act("model_override", "Override the gate", what, "Why it may be overridden", "Override", why_not=why_not)


def _withdraw(asked: Asked) -> Act:
    # The artefact of the one before is read whole, so only for who may decide.
    successor = successor_of(asked.model) if Right.DECIDE in asked.rights else None
    then = (
        f"Version {successor.number}, the last champion before it, serves again within 10 seconds."
        if successor
        else "No earlier champion can serve: until another version is approved, the doctors' platform gets no answers."
    )
    what = f"This version is in service. Rejecting it takes it out of service for good. {then}"
    title, ask, button = "Reject the version in service", "What is wrong with it", "Reject and take out of service"
    return Act("model_withdraw", title, what, ask, button, "button-danger", asked.without(Right.DECIDE))


def _take_over(asked: Asked) -> Act:
    """Back to a version that is older than the champion, or on to one that is newer."""
    champion, number = Deployment.objects.champion_of(asked.model.project), asked.model.number
    why_not = asked.without(Right.DECIDE)
    if champion and champion.model.number > number:
        what = f"This version serves again within seconds, in place of version {champion.model.number}."
        button = f"Roll back to version {number}"
        return Act("model_rollback", "Roll back to this version", what, "Why", button, "button-danger", why_not)
    before = f", in place of version {champion.model.number}" if champion else ""
    what = f"This version is approved and stands by. It serves within seconds{before}."
    button = f"Put version {number} in service"
    return Act("model_promote", "Put in service", what, "Why now", button, "button-primary", why_not)


def _reopen(asked: Asked) -> Act:
    what = "The version waits for a decision again. It must have been evaluated since, and have passed its gates."
    why_not = asked.without(Right.DECIDE) or reopening_refusal(asked.model)
    return Act("model_reopen", "Open again", what, "What the new evaluation shows", "Open again", why_not=why_not)


def _archive(asked: Asked) -> Act:
    what = "An archived version stays on record and can't be put in service any more."
    return Act("model_archive", "Archive", what, "Why", "Archive", why_not=asked.without(Right.DECIDE))


ACTS: dict[Status, tuple[Callable[[Asked], Act], ...]] = {
    Status.PENDING_APPROVAL: (_approve, _reject),
    Status.GATES_FAILED: (_override, _reject),
    Status.UAT: (_reject,),
    Status.APPROVED: (_take_over, _archive),
    Status.REJECTED: (_reopen, _archive),
}
