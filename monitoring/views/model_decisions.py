"""A model version is approved, rejected or rolled back to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from annotation.access import Right, person, with_object
from annotation.errors import ActionError
from monitoring.actions import decisions
from training.models import ModelVersion

ROWS = ModelVersion.objects.select_related("project", "dataset", "run", "trained_by", "decided_by").all


class DecisionForm(forms.Form):
    reason = forms.CharField(widget=forms.Textarea(attrs={"rows": 3}), max_length=2000)


def decide(request: HttpRequest, model: ModelVersion, act: Callable[..., Any], done: str) -> HttpResponse:
    form = DecisionForm(request.POST)
    if not form.is_valid():
        messages.error(request, "A decision needs a reason of at most 2,000 characters.")
        return redirect("model", pk=model.pk)
    try:
        act(model=model, by=person(request), reason=form.cleaned_data["reason"])
        messages.success(request, done)
    except ActionError as error:
        messages.error(request, str(error))
    return redirect("model", pk=model.pk)


@require_POST
@with_object(ROWS, Right.DECIDE)
def approve(request: HttpRequest, model: ModelVersion) -> HttpResponse:
    return decide(request, model, decisions.approve, f"{model} is approved and in service.")


@require_POST
@with_object(ROWS, Right.DECIDE)
def reject(request: HttpRequest, model: ModelVersion) -> HttpResponse:
    return decide(request, model, decisions.reject, f"{model} is rejected and will not serve.")


@require_POST
@with_object(ROWS, Right.DECIDE)
def roll_back(request: HttpRequest, model: ModelVersion) -> HttpResponse:
    return decide(request, model, decisions.roll_back, f"{model} is back in service.")
