"""What a person can do about a project's level: train, investigate, put off, switch automation off and on."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import timedelta

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from annotation.access import Right, in_project, person
from annotation.clock import now_of
from annotation.errors import ActionError
from annotation.models import Project
from monitoring.actions import responses
from monitoring.actions.responses import Asked
from monitoring.models import Response
from monitoring.policy import Event, Kind, State
from monitoring.policy.response import MOST_DAYS
from monitoring.views.confirming import confirm
from training.models import Deployment


@dataclass(frozen=True, slots=True)
class Act:
    """`among`: the states in which it can be asked for; `days`: it needs to know for how long."""

    name: str
    kind: Kind
    right: Right
    title: str
    what: str
    among: frozenset[State] = frozenset(State)
    days: bool = False
    look: str = ""


ACTS = (
    Act(
        "health_retrain", Kind.RETRAIN, Right.TRAIN, "Retrain",
        "The champion's recipe learns from all gold there is; its gates and an approver decide.",
        frozenset((State.IDLE, State.COLLECTING)),
    ),
    Act(
        "health_investigate", Kind.INVESTIGATE, Right.TRAIN, "Investigate",
        "Automation stands still, an experiment opens, and only what clinicians have passed goes into service.",
        frozenset(State) - {State.INVESTIGATING, State.DEPLOYING},
    ),
    Act(
        "health_snooze", Kind.OVERRIDE, Right.DECIDE, "Put off",
        "You say that it can wait, and answer for it. It comes back by itself.",
        frozenset((State.COLLECTING, State.INVESTIGATING)), days=True,
    ),
    Act(
        "health_stop", Kind.STOP, Right.TRAIN, "Switch automation off",
        "Nothing is collected, trained or approved by itself until somebody switches it on.", look="button-danger",
    ),
    Act(
        "health_resume", Kind.RESUME, Right.TRAIN, "Switch automation on",
        "The policy acts by itself again.",
    ),
)  # fmt: skip
BY_NAME = {act.name: act for act in ACTS}


def acts(row: Response, rights: Collection[str]) -> list[Act]:
    """What this person can ask for now."""
    switch = Kind.STOP if row.stopped_at else Kind.RESUME
    return [act for act in ACTS if act.right in rights and State(row.state) in act.among and act.kind != switch]


class ActForm(forms.Form):
    reason = forms.CharField(max_length=2000)
    days = forms.IntegerField(min_value=1, max_value=MOST_DAYS, required=False)


def view(name: str, right: Right) -> Callable[..., HttpResponseBase]:
    """Who has `right` may post it."""

    @sensitive_post_parameters("confirm")
    @require_POST
    @in_project(right)
    def act(request: HttpRequest, project: Project) -> HttpResponse:
        form = ActForm(request.POST)
        if not form.is_valid():
            messages.error(request, f"It needs a reason of at most 2,000 characters, and 1 to {MOST_DAYS} days.")
        else:
            _do(request, project, BY_NAME[name], form)
        return redirect("health", slug=project.slug)

    return act


def _do(request: HttpRequest, project: Project, act: Act, form: ActForm) -> None:
    days = form.cleaned_data["days"]
    now = now_of(project)
    event = Event(act.kind, until=now + timedelta(days=days) if act.days and days else None)
    try:
        confirmed = _confirmed(request, project) if act.days else ""
        asked = Asked(person(request), form.cleaned_data["reason"], confirmed)
        moved = responses.move(project=project, event=event, asked=asked, at=now)
        messages.success(request, moved.sentence if moved else "Somebody was first; look again.")
    except ActionError as error:
        messages.error(request, str(error))


def _confirmed(request: HttpRequest, project: Project) -> str:
    champion = Deployment.objects.champion_of(project)
    return confirm(request, champion.model) if champion else ""


retrain = view("health_retrain", Right.TRAIN)
investigate = view("health_investigate", Right.TRAIN)
snooze = view("health_snooze", Right.DECIDE)
stop = view("health_stop", Right.TRAIN)
resume = view("health_resume", Right.TRAIN)
