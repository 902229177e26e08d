"""One API key: what it may do, and a new key in its place."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from annotation.access import Right, person, with_object
from annotation.actions import clients as actions
from annotation.errors import ActionError, TooLate
from annotation.models import Client
from annotation.views.client_edit_forms import EditForm, RotateForm
from annotation.views.client_state import shown


def _rows() -> QuerySet[Client]:
    return Client.objects.select_related("created_by", "revoked_by")


@require_http_methods(["GET", "POST"])
@with_object(_rows, Right.MANAGE_CLIENTS)
def client(request: HttpRequest, client: Client) -> HttpResponse:
    form = EditForm(client, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.edit(client=client, by=person(request), **form.values)
            messages.success(request, f"The key of {client.name} is changed; that counts from now on.")
            return redirect("client", pk=client.pk)
        except ActionError as error:
            form.add_error(None, str(error))
    return _page(request, client, form)


@require_POST
@with_object(_rows, Right.MANAGE_CLIENTS)
def rotate(request: HttpRequest, client: Client) -> HttpResponse:
    form = RotateForm(request.POST)
    try:
        if not form.is_valid():
            raise ActionError("How long the old key goes on was not said; choose a time.")
        if form.cleaned_data["replaces"] != client.prefix:
            raise TooLate("The key was rotated since this page was opened; nothing was done.")
        new_key = actions.rotate(client=client, by=person(request), overlap=form.time)
    except ActionError as error:
        messages.error(request, str(error))
        return redirect("client", pk=client.pk)
    client.refresh_from_db()
    return _page(request, client, EditForm(client), new_key)


def _page(request: HttpRequest, client: Client, form: EditForm, new_key: str = "") -> HttpResponse:
    now = timezone.now()
    context = {
        "client": client,
        "key": shown(client, now),
        "form": form,
        "rotate": RotateForm(initial={"replaces": client.prefix}),
        "new_key": new_key,
        "old_is_answered": bool(client.old_until and client.old_until > now and not client.revoked_at),
    }
    return render(request, "annotation/client.html", context)
