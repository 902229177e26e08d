"""API keys of the systems that call the product: the list, a new one, the end of one."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from annotation.access import Right, in_project, person, with_object
from annotation.actions import clients as actions
from annotation.errors import ActionError
from annotation.models import Client, Project
from annotation.views.client_forms import ClientForm
from annotation.views.client_state import shown


@require_http_methods(["GET", "POST"])
@in_project(Right.MANAGE_CLIENTS)
def clients(request: HttpRequest, project: Project) -> HttpResponse:
    form, new_key = ClientForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        try:
            _, new_key = actions.create(project=project, by=person(request), **form.values)
            form = ClientForm()
        except ActionError as error:
            form.add_error(None, str(error))
    now, rows = timezone.now(), Client.objects.filter(project=project)
    context = {"keys": [shown(client, now) for client in rows], "form": form, "new_key": new_key}
    return render(request, "annotation/clients.html", context)


@require_POST
@with_object(Client.objects.all, Right.MANAGE_CLIENTS)
def revoke(request: HttpRequest, client: Client) -> HttpResponse:
    try:
        actions.revoke(client=client, by=person(request))
        messages.success(request, f"The key of {client.name} is revoked; calls with it are refused from now on.")
    except ActionError as error:
        messages.error(request, str(error))
    return redirect("clients", slug=client.project.slug)
