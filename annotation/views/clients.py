"""API keys of the systems that call the product."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from annotation.access import Right, in_project, person, with_object
from annotation.actions import clients as actions
from annotation.errors import ActionError
from annotation.models import Client, Project

SCOPES = (
    ("extract", "Extract: send notes, get entities back"),
    ("read", "Read: datasets with the texts of their notes, runs and models"),
    ("train", "Train: start a training"),
)


class ClientForm(forms.Form):
    name = forms.CharField(max_length=80, label="System that will use the key")
    scopes = forms.MultipleChoiceField(
        choices=SCOPES,
        initial=["extract"],
        widget=forms.CheckboxSelectMultiple,
        label="What the key may do",
        error_messages={"required": "A key that may do nothing is of no use; tick at least one."},
    )


@require_http_methods(["GET", "POST"])
@in_project(Right.MANAGE_CLIENTS)
def clients(request: HttpRequest, project: Project) -> HttpResponse:
    form, new_key = ClientForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        try:
            _, new_key = actions.create(project=project, **form.cleaned_data, by=person(request))
            form = ClientForm()
        except ActionError as error:
            messages.error(request, str(error))
    rows = Client.objects.filter(project=project).select_related("created_by")
    rows = rows.annotate(last_used=Max("predictions__created_at"))
    return render(request, "annotation/clients.html", {"clients": rows, "form": form, "new_key": new_key})


@require_POST
@with_object(Client.objects.all, Right.MANAGE_CLIENTS)
def revoke(request: HttpRequest, client: Client) -> HttpResponse:
    try:
        actions.revoke(client=client, by=person(request))
        messages.success(request, f"The key of {client.name} is revoked; calls with it are refused from now on.")
    except ActionError as error:
        messages.error(request, str(error))
    return redirect("clients", slug=client.project.slug)
