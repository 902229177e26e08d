"""Labels are added, changed, retired, brought back and deleted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from annotation.access import Right, in_project, person, with_object
from annotation.actions import labels as actions
from annotation.errors import ActionError
from annotation.models import Label, Project


class LabelForm(forms.Form):
    key = forms.CharField(
        max_length=1, label="Key", help_text="One letter or digit: pressed on the note page, it gives this label."
    )
    colour = forms.TypedChoiceField(choices=list(enumerate(actions.COLOURS)), coerce=int, label="Colour")
    hint = forms.CharField(
        max_length=actions.MAX_HINT, required=False, label="Hint", help_text="A sentence: what it is for."
    )


class NewLabelForm(LabelForm):
    name = forms.CharField(
        max_length=40, label="Name", help_text="It never changes: annotations and models know the label by it."
    )
    field_order = ("name", "key", "colour", "hint")


@require_http_methods(["GET", "POST"])
@in_project(Right.GUIDE)
def add(request: HttpRequest, project: Project) -> HttpResponse:
    form = NewLabelForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.add(project=project, by=person(request), **form.cleaned_data)
            messages.success(request, f"The label {made} is there; annotators are told.")
            return redirect("guidelines", slug=project.slug)
        except ActionError as error:
            form.add_error(None, str(error))
    return render(request, "annotation/label.html", {"form": form})


@require_http_methods(["GET", "POST"])
@with_object(Label.objects.all, Right.GUIDE)
def label(request: HttpRequest, label: Label) -> HttpResponse:
    start = {"key": label.key, "colour": label.colour, "hint": label.hint}
    form = LabelForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change(label=label, by=person(request), **form.cleaned_data)
            messages.success(request, f"The label {label} is saved.")
            return redirect("guidelines", slug=label.project.slug)
        except ActionError as error:
            form.add_error(None, str(error))
    return render(request, "annotation/label.html", {"label": label, "form": form})


@require_POST
@with_object(Label.objects.all, Right.GUIDE)
def retire(request: HttpRequest, label: Label) -> HttpResponse:
    return _do(request, label, actions.retire, "is retired: it is offered no more, and what has it stays as it is")


@require_POST
@with_object(Label.objects.all, Right.GUIDE)
def bring_back(request: HttpRequest, label: Label) -> HttpResponse:
    return _do(request, label, actions.bring_back, "is offered again")


@require_POST
@with_object(Label.objects.all, Right.GUIDE)
def delete(request: HttpRequest, label: Label) -> HttpResponse:
    return _do(request, label, actions.delete, "is deleted")


def _do(request: HttpRequest, label: Label, action: Callable[..., Any], done: str) -> HttpResponse:
    try:
        action(label=label, by=person(request))
        messages.success(request, f"The label {label} {done}.")
    except ActionError as error:
        messages.error(request, str(error))
    return redirect("guidelines", slug=label.project.slug)
