"""Alerts: what should be known, and what somebody did about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from annotation.access import Right, in_project, person, with_object
from annotation.errors import ActionError
from annotation.models import Project
from monitoring.actions import alerts as actions
from monitoring.models import Alert

SHOWN = 50


@require_GET
@in_project(Right.VIEW)
def alerts(request: HttpRequest, project: Project) -> HttpResponse:
    rows = Alert.objects.filter(project=project).select_related("handled_by")
    context = {
        "open": rows.unresolved(),
        "resolved": rows.filter(status=Alert.Status.RESOLVED)[:SHOWN],
        "most_days": actions.MOST_DAYS,
    }
    return render(request, "monitoring/alerts.html", context)


def rows() -> Any:
    return Alert.objects.select_related("project")


def _act(request: HttpRequest, alert: Alert, do: Callable[..., None], done: str, **more: Any) -> HttpResponse:
    try:
        do(alert=alert, by=person(request), **more)
        messages.success(request, done)
    except ActionError as error:
        messages.error(request, str(error))
    return redirect("alerts", slug=alert.project.slug)


@require_POST
@with_object(rows, Right.TRAIN)
def acknowledge(request: HttpRequest, alert: Alert) -> HttpResponse:
    return _act(request, alert, actions.acknowledge, "You look after it.")


@require_POST
@with_object(rows, Right.TRAIN)
def resolve(request: HttpRequest, alert: Alert) -> HttpResponse:
    return _act(request, alert, actions.resolve, "It is resolved.")


class DaysForm(forms.Form):
    days = forms.IntegerField(min_value=1, max_value=actions.MOST_DAYS)


@require_POST
@with_object(rows, Right.TRAIN)
def snooze(request: HttpRequest, alert: Alert) -> HttpResponse:
    form = DaysForm(request.POST)
    if not form.is_valid():
        messages.error(request, f"An alert can be put off for 1 to {actions.MOST_DAYS} days.")
        return redirect("alerts", slug=alert.project.slug)
    return _act(request, alert, actions.snooze, "It is put off.", days=form.cleaned_data["days"])
