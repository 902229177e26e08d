"""Who was champion when, and what is tried out in development."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from annotation.access import Right, in_project, person, with_object
from annotation.errors import ActionError
from annotation.models import Project
from monitoring.actions import decisions, smoke
from monitoring.model_facts import lead_times
from monitoring.models import Decision
from monitoring.smoke import smoke_test
from monitoring.views.model_decisions import ROWS
from training.actions import development
from training.models import Deployment, ModelVersion
from training.service_history import champion_at, services_of

Environment = Deployment.Environment
PEOPLE = ("model__project", "started_by", "ended_by")
DEPLOYMENTS = Deployment.objects.select_related("project", "model__project").all
NEWEST = 100
SAYS = {True: messages.SUCCESS, False: messages.ERROR}


class MomentForm(forms.Form):
    at = forms.DateTimeField(
        label="Date and time (UTC)",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d"],
    )


@require_GET
@in_project(Right.VIEW)
def deployments(request: HttpRequest, project: Project) -> HttpResponse:
    services = with_approvals(list(services_of(project).select_related(*PEOPLE)[:NEWEST]))
    trials = Deployment.objects.active().filter(project=project, environment=Environment.DEV).select_related(*PEOPLE)
    form = MomentForm(request.GET if "at" in request.GET else {"at": f"{timezone.now():%Y-%m-%dT%H:%M}"})
    champion = services[0] if services and services[0].ended_at is None else None
    context = {
        "deployments": services,
        "trials": trials_of(request, trials),
        "form": form,
        "answer": answer(project, form.cleaned_data["at"]) if "at" in request.GET and form.is_valid() else "",
        "lead_time": champion.lead_time if champion else "",  # type: ignore[attr-defined]
    }
    return render(request, "monitoring/deployments.html", context)


def trials_of(request: HttpRequest, rows: Iterable[Deployment]) -> list[dict[str, Any]]:
    """Each with its address and what its newest smoke tests said, {} when there were none."""
    rows = list(rows)
    tests = Decision.objects.filter(deployment__in=rows, evidence__has_key="smoke").select_related("by").order_by("pk")
    newest = {test.deployment_id: test for test in tests}
    return [{"row": row, "url": address(request, row), "test": newest.get(row.pk)} for row in rows]


def with_approvals(services: list[Deployment]) -> list[Deployment]:
    """Each with who approved its version, when and why, and how long the version took to become champion."""
    rows = Decision.objects.filter(model__in={row.model_id for row in services}, verb=Decision.Verb.APPROVE)
    told = {row.model_id: f"{row.by}, {row.created_at:%-d %b %Y}: {row.reason}" for row in rows.select_related("by")}
    times = lead_times({row.model for row in services})
    for row in services:
        row.approval = told.get(row.model_id, "")  # type: ignore[attr-defined]
        row.lead_time = times.get(row.model_id, "")  # type: ignore[attr-defined]
    return services


def answer(project: Project, moment: datetime) -> str:
    """Who was champion at `moment`, in a sentence."""
    when = f"{moment.astimezone(UTC):%-d %B %Y, %H:%M} UTC"
    if moment > timezone.now():
        return f"{when} has not come yet; ask about a time that is over."
    row = champion_at(project, moment)
    if row is None:
        return f"No model was in service on {when}."
    until = f"until {row.ended_at:%-d %B %Y, %H:%M} UTC" if row.ended_at else "and still is"
    return (
        f"On {when} version {row.model.number} was the champion: put in service by {row.started_by} on "
        f"{row.started_at:%-d %B %Y, %H:%M} UTC, {until}."
    )


def address(request: HttpRequest, deployment: Deployment) -> str:
    return request.build_absolute_uri(reverse("api_dev_extract", args=[deployment.pk]))


@require_POST
@with_object(ROWS, Right.TRAIN)
def to_dev(request: HttpRequest, model: ModelVersion) -> HttpResponse:
    try:
        decisions.deploy_to_dev(model=model, by=person(request))
        messages.success(request, f"{model} is in development under an address of its own; its first answer loads it.")
    except ActionError as error:
        messages.error(request, str(error))
        return redirect("model", pk=model.pk)
    return redirect(reverse("deployments", args=[model.project.slug]) + "#dev")


@require_POST
@with_object(DEPLOYMENTS, Right.TRAIN)
def test_dev(request: HttpRequest, deployment: Deployment) -> HttpResponse:
    """Asked by a button, or by the page itself for a version that nobody has tested yet."""
    path = reverse("api_dev_extract", args=[deployment.pk])
    try:
        test = smoke.try_out(
            deployment=deployment,
            by=person(request),
            ask=lambda key: smoke_test(deployment.model, path, key, request),
        )
        messages.add_message(request, SAYS[test.evidence["smoke"]["passed"]], f"{deployment.model}: {test.reason}")
    except ActionError as error:
        if "HX-Request" in request.headers:
            return render(request, "monitoring/_smoke_refused.html", {"error": str(error)})
        messages.error(request, str(error))
    page = reverse("deployments", args=[deployment.project.slug]) + "#dev"
    return HttpResponse(headers={"HX-Refresh": "true"}) if "HX-Request" in request.headers else redirect(page)


@require_POST
@with_object(DEPLOYMENTS, Right.TRAIN)
def end_dev(request: HttpRequest, deployment: Deployment) -> HttpResponse:
    try:
        development.end_dev(deployment=deployment, by=person(request))
        messages.success(request, f"The development deployment of {deployment.model} is ended.")
    except ActionError as error:
        messages.error(request, str(error))
    return redirect(reverse("deployments", args=[deployment.project.slug]) + "#dev")
