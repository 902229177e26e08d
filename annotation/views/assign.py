"""Annotation is asked for, and what waits is handed out."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from annotation.access import Right, in_project, person
from annotation.actions import assignments, choosing, handing_out, teams
from annotation.errors import ActionError
from annotation.models import Project, Task
from annotation.models.counting import CountTo
from annotation.views.work_forms import AskForm, HandOutForm, WithdrawForm


@require_http_methods(["GET", "POST"])
@in_project(Right.ASSIGN)
def assign(request: HttpRequest, project: Project) -> HttpResponse:
    form = AskForm(project, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            opened = _ask(request, project, form)
            tell = messages.success if opened.notes else messages.warning
            tell(request, str(opened) if opened.notes or opened.left_out else "No note fits; nothing was asked for.")
            return redirect("assign", slug=project.slug)
        except ActionError as error:
            messages.error(request, str(error))
    context = {"form": form, "hand_out": HandOutForm(project, prefix="hand"), **_waiting(project)}
    return render(request, "annotation/assign.html", context)


def _ask(request: HttpRequest, project: Project, form: AskForm) -> assignments.Opened:
    data, audience = form.cleaned_data, form.cleaned_data["audience"]
    second = data["reason"] == Task.Reason.DOUBLE
    return assignments.open_for_notes(
        project=project,
        note_ids=choosing.choose(project=project, choice=form.choice, second=second),
        reason=data["reason"],
        by=person(request),
        reserved_for=audience.person,
        team=audience.team,
        doubled=data["people"] == 2,
        priority=data["priority"],
    )


def _waiting(project: Project) -> dict[str, Any]:
    """What waits for each person and team, and the facets to choose from."""
    rows = Task.objects.filter(project=project, status=Task.Status.OPEN)
    people = teams.annotators(project).annotate(waits=CountTo(rows.filter(reserved_for=OuterRef("pk")), "reserved_for"))
    groups = project.teams.annotate(waits=CountTo(rows.filter(team=OuterRef("pk")), "team"))
    waiting = [
        *({"key": f"team-{team.pk}", "name": f"Team {team}", "waits": team.waits} for team in groups),
        *({"key": f"person-{user.pk}", "name": str(user), "waits": user.waits} for user in people),
    ]
    return {"waiting": [row for row in waiting if row["waits"]], "known": choosing.offered(project)}


@require_POST
@in_project(Right.ASSIGN)
def hand_out(request: HttpRequest, project: Project) -> HttpResponse:
    form = HandOutForm(project, request.POST, prefix="hand")
    if not form.is_valid():
        messages.error(request, "Choose whose notes, for whom, and how many (1 to 5,000).")
        return redirect("assign", slug=project.slug)
    data = form.cleaned_data
    try:
        given = handing_out.hand_out(
            project=project, source=data["holder"], target=data["target"], count=data["count"], facets=form.facets
        )
        messages.success(request, f"{given:,} notes that waited for {data['holder']} are for {data['target']} now.")
    except ActionError as error:
        messages.error(request, str(error))
    return redirect("assign", slug=project.slug)


@require_POST
@in_project(Right.ASSIGN)
def withdraw(request: HttpRequest, project: Project) -> HttpResponse:
    form = WithdrawForm(project, request.POST)
    if not form.is_valid():
        messages.error(request, "Choose a person or a team of the project.")
        return redirect("assign", slug=project.slug)
    gone, free = handing_out.withdraw(project=project, source=form.cleaned_data["holder"])
    messages.success(request, f"{gone:,} notes are asked for no more; {free:,} wait for everybody now.")
    return redirect("assign", slug=project.slug)
