"""Teams are made, changed and removed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from annotation.access import Right, in_project, with_object
from annotation.actions import teams as actions
from annotation.errors import ActionError
from annotation.models import Project, Task, Team, User
from annotation.models.counting import CountTo


class TeamForm(forms.Form):
    name = forms.CharField(max_length=actions.MAX_NAME, label="Name")
    members: forms.ModelMultipleChoiceField[User] = forms.ModelMultipleChoiceField(
        queryset=User.objects.none(), required=False, widget=forms.CheckboxSelectMultiple, label="Members"
    )

    def __init__(self, project: Project, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        members = self.fields["members"]
        if isinstance(members, forms.ModelMultipleChoiceField):
            members.queryset = actions.annotators(project)


@require_http_methods(["GET", "POST"])
@in_project(Right.ASSIGN)
def teams(request: HttpRequest, project: Project) -> HttpResponse:
    form = TeamForm(project, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.make(project=project, **form.cleaned_data)
            messages.success(request, f"The team {made} is there.")
            return redirect("teams", slug=project.slug)
        except ActionError as error:
            form.add_error("name", str(error))
    waits = Task.objects.filter(project=project, status=Task.Status.OPEN, team=OuterRef("pk"))
    rows = project.teams.prefetch_related("members").annotate(waits=CountTo(waits, "team"))
    return render(request, "annotation/teams.html", {"teams": rows, "form": form})


@require_http_methods(["GET", "POST"])
@with_object(Team.objects.all, Right.ASSIGN)
def team(request: HttpRequest, team: Team) -> HttpResponse:
    start = {"name": team.name, "members": team.members.all()}
    form = TeamForm(team.project, request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change(team=team, **form.cleaned_data)
            messages.success(request, f"The team {team} is changed.")
            return redirect("teams", slug=team.project.slug)
        except ActionError as error:
            form.add_error("name", str(error))
    return render(request, "annotation/team.html", {"team": team, "form": form})


@require_POST
@with_object(Team.objects.all, Right.ASSIGN)
def remove(request: HttpRequest, team: Team) -> HttpResponse:
    try:
        actions.remove(team=team)
        messages.success(request, f"The team {team.name} is removed.")
    except ActionError as error:
        messages.error(request, str(error))
    return redirect("teams", slug=team.project.slug)
