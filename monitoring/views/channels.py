"""Channels: where alerts are told outside the product. Read by every member, changed by an ML lead."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from annotation.access import Right, in_project, person, with_object
from annotation.errors import ActionError
from annotation.models import Project
from monitoring.actions import channels as actions
from monitoring.models import Alert, Channel, Delivery

SHOWN = 20


class ChannelForm(forms.Form):
    kind = forms.ChoiceField(choices=Channel.Kind.choices, label="Kind")
    target = forms.CharField(
        max_length=actions.LONGEST,
        label="Address",
        help_text="Of e-mail: name@example.org. Of a webhook: the URL that messages are posted to, https://host/path.",
    )
    least = forms.ChoiceField(
        choices=Alert.Severity.choices, initial=Alert.Severity.WARNING, label="Alerts from this severity on"
    )


@require_http_methods(["GET", "POST"])
@in_project(Right.VIEW)
def channels(request: HttpRequest, project: Project) -> HttpResponse:
    may_change = Right.TRAIN in request.rights  # type: ignore[attr-defined]
    form, added, secret = ChannelForm(request.POST or None), None, ""
    if request.method == "POST":
        if not may_change:
            raise PermissionDenied(f"Your roles in {project.name} don't let you change its channels; ask an ML lead.")
        if form.is_valid():
            try:
                added, secret = actions.add(project=project, by=person(request), **form.cleaned_data)
                form = ChannelForm()
            except ActionError as error:
                form.add_error(None, str(error))
    return render(
        request,
        "monitoring/channels.html",
        {
            "form": form if may_change else None,
            "added": added,
            "secret": secret,
            "channels": Channel.objects.active().filter(project=project).select_related("created_by"),
            "deliveries": Delivery.objects.filter(channel__project=project).select_related("alert", "channel")[:SHOWN],
        },
    )


def rows() -> Any:
    return Channel.objects.select_related("project")


@require_POST
@with_object(rows, Right.TRAIN)
def remove(request: HttpRequest, channel: Channel) -> HttpResponse:
    try:
        actions.remove(channel=channel, by=person(request))
        messages.success(request, f"Nothing more is told to {channel.place}.")
    except ActionError as error:
        messages.error(request, str(error))
    return redirect("channels", slug=channel.project.slug)


@require_POST
@with_object(rows, Right.TRAIN)
def test(request: HttpRequest, channel: Channel) -> HttpResponse:
    try:
        result = actions.test(channel=channel, by=person(request))
        messages.success(request, f"The test alert was sent to {channel.place}. {result}")
    except ActionError as error:
        messages.error(request, f"The test alert did not reach {channel.place}. {error}")
    return redirect("channels", slug=channel.project.slug)
