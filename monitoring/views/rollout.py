"""One roll-out: its stages and alarms, live, and what an approver can do with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from annotation.access import Right, person, with_object
from annotation.errors import ActionError
from monitoring.actions import disagreements, rollouts
from monitoring.traffic.rollout import shown
from monitoring.traffic.shadow import shown_of
from monitoring.views.confirming import confirm, confirmation
from training.models import Rollout


def rows() -> Any:
    return Rollout.objects.with_models()


@require_GET
@with_object(rows, Right.VIEW)
def rollout(request: HttpRequest, rollout: Rollout) -> HttpResponse:
    context = {**shown(rollout, timezone.now()), "confirmation": confirmation(request, rollout.model)}
    if rollout.kind == Rollout.Kind.SHADOW:
        context |= shown_of(rollout, request.GET.get("label", ""))
    return render(request, "monitoring/rollout.html", context)


@require_GET
@with_object(rows, Right.VIEW)
def rollout_live(request: HttpRequest, rollout: Rollout) -> HttpResponse:
    """The part that the page fetches every two seconds."""
    return render(request, "monitoring/_rollout_live.html", shown(rollout, timezone.now()))


class ReasonForm(forms.Form):
    reason = forms.CharField(max_length=2000)


def act(request: HttpRequest, rollout: Rollout, do: Callable[..., Any], done: str, **more: Any) -> HttpResponse:
    form = ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, "It needs a reason of at most 2,000 characters.")
        return redirect("rollout", pk=rollout.pk)
    try:
        if do(rollout=rollout, by=person(request), reason=form.cleaned_data["reason"], **more):
            messages.success(request, done.format(model=rollout.model))
        else:
            messages.error(request, "It was over already; nothing was changed.")
    except ActionError as error:
        messages.error(request, str(error))
    return redirect("rollout", pk=rollout.pk)


@sensitive_post_parameters("confirm")
@require_POST
@with_object(rows, Right.DECIDE)
def promote(request: HttpRequest, rollout: Rollout) -> HttpResponse:
    try:
        confirmed = confirm(request, rollout.model)
    except ActionError as error:
        messages.error(request, str(error))
        return redirect("rollout", pk=rollout.pk)
    return act(request, rollout, rollouts.promote, "{model} is champion.", confirmed=confirmed)


@require_POST
@with_object(rows, Right.DECIDE)
def roll_back(request: HttpRequest, rollout: Rollout) -> HttpResponse:
    return act(request, rollout, rollouts.roll_back, "{model} is taken back; the champion answers all callers.")


@require_POST
@with_object(rows, Right.DECIDE)
def end(request: HttpRequest, rollout: Rollout) -> HttpResponse:
    return act(request, rollout, rollouts.end, "It is ended.")


@require_POST
@with_object(rows, Right.ASSIGN)
def ask(request: HttpRequest, rollout: Rollout) -> HttpResponse:
    """Annotators look at the notes on which a shadow and the champion differ."""
    try:
        opened = disagreements.ask(rollout=rollout, by=person(request), label=request.POST.get("label", ""))
        messages.success(request, str(opened))
    except ActionError as error:
        messages.error(request, str(error))
    return redirect("rollout", pk=rollout.pk)
