"""A model version is decided about: each form is a reason, and the person's confirmation."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from annotation.access import Right, person, with_object
from annotation.errors import ActionError
from monitoring.actions import decisions
from monitoring.views.confirming import confirm
from training.models import Deployment, ModelVersion

ROWS = ModelVersion.objects.select_related(
    "project", "dataset__test_set", "run", "trained_by", "decided_by", "overridden_by", "override_seconded_by"
).all


class DecisionForm(forms.Form):
    reason = forms.CharField(widget=forms.Textarea(attrs={"rows": 3}), max_length=2000)


def decide(request: HttpRequest, model: ModelVersion, act: Callable[..., Any], done: str) -> HttpResponse:
    form = DecisionForm(request.POST)
    if not form.is_valid():
        messages.error(request, "A decision needs a reason of at most 2,000 characters.")
        return redirect("model", pk=model.pk)
    try:
        confirmed = confirm(request, model)
        result = act(model=model, by=person(request), reason=form.cleaned_data["reason"], confirmed=confirmed)
        messages.success(request, done.format(model=model, result=result))
    except ActionError as error:
        messages.error(request, str(error))
    return redirect("model", pk=model.pk)


def decision(right: Right, act: Callable[..., Any], done: str) -> Callable[..., Any]:
    """The view of a decision: who has `right` may post it; `done` is said when it is made."""

    @sensitive_post_parameters("confirm")
    @require_POST
    @with_object(ROWS, right)
    def view(request: HttpRequest, model: ModelVersion) -> HttpResponse:
        return decide(request, model, act, done)

    return view


reject = decision(Right.DECIDE, decisions.reject, "{model} is rejected and will not serve.")
roll_back = decision(Right.DECIDE, decisions.roll_back, "{model} is back in service.")
promote = decision(Right.DECIDE, decisions.promote, "{model} is in service.")
override = decision(
    Right.OVERRIDE, decisions.override, "You overrode the failed gate of {model}; an approver must second it."
)
second = decision(Right.DECIDE, decisions.second, "The override of {model} is seconded; it waits for approval now.")
reopen = decision(Right.DECIDE, decisions.reopen, "{model} waits for approval again.")
archive = decision(Right.DECIDE, decisions.archive, "{model} is archived.")


@sensitive_post_parameters("confirm")
@require_POST
@with_object(ROWS, Right.DECIDE)
def approve(request: HttpRequest, model: ModelVersion) -> HttpResponse:
    """At once, or by canary when the form says so."""
    if request.POST.get("way") == "canary":
        return decide(request, model, partial(_approve, canary=True), "{model} is approved and {result}.")
    return decide(request, model, _approve, "{model} is approved and {result}.")


def _approve(**decision: Any) -> str:
    deployment = decisions.approve(**decision)
    by_canary = deployment.role == Deployment.Role.CANARY
    return f"answers {deployment.share} % of the callers first" if by_canary else "in service"


@sensitive_post_parameters("confirm")
@require_POST
@with_object(ROWS, Right.DECIDE)
def withdraw(request: HttpRequest, model: ModelVersion) -> HttpResponse:
    return decide(request, model, _withdraw, "{model} is rejected. {result}")


def _withdraw(**decision: Any) -> str:
    successor = decisions.withdraw(**decision)
    return f"{successor.model} serves again." if successor else "No model serves now: the API answers 503."
