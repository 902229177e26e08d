"""The guidelines: read by section, compared by version, edited."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from annotation.access import Right, in_project, person
from annotation.actions import guidelines as actions
from annotation.comparison import Line, changes
from annotation.errors import ActionError, TooLate
from annotation.guidelines import sections
from annotation.models import Guideline, Project


class GuidelineForm(forms.Form):
    text = forms.CharField(
        max_length=actions.MAX_TEXT,
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 24, "class": "mono"}),
        label="Text",
        help_text="Plain text. A line that begins with ## opens a section; name one after each label.",
    )
    change = forms.CharField(
        max_length=actions.MAX_CHANGE,
        required=False,
        label="What changed, in a sentence",
        help_text="Each annotator is shown this once.",
    )
    base_version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    def clean_text(self) -> str:
        """As lines: a form sends CRLF, and a comparison would find every line changed."""
        return str(self.cleaned_data["text"]).replace("\r\n", "\n")


@require_GET
@in_project(Right.VIEW)
def guidelines(request: HttpRequest, project: Project) -> HttpResponse:
    newest = actions.current(project)
    shown = _version(project, request.GET["version"]) if "version" in request.GET else newest
    context = {
        "shown": shown,
        "newest": newest,
        "sections": sections(shown.text) if shown else [],
        "labels": project.labels.order_by(F("retired_at").asc(nulls_first=True), "colour", "name"),
        "versions": project.guideline_versions.select_related("created_by").defer("text", "labels"),
    }
    return render(request, "annotation/guidelines.html", context)


@require_GET
@in_project(Right.VIEW)
def compare(request: HttpRequest, project: Project) -> HttpResponse:
    """Two versions: `to`, or the newest, and `from`, or the one before."""
    newest = actions.current(project)
    to = _version(project, request.GET.get("to", "") or str(newest.version if newest else 0))
    since = _version(project, request.GET.get("from", "") or str(max(1, to.version - 1)))
    steps = project.guideline_versions.filter(version__gt=since.version, version__lte=to.version)
    context = {"since": since, "to": to, "steps": steps.defer("text", "labels"), **_between(since, to)}
    return render(request, "annotation/guidelines_compare.html", context)


@require_http_methods(["GET", "POST"])
@in_project(Right.GUIDE)
def edit(request: HttpRequest, project: Project) -> HttpResponse:
    newest = actions.current(project)
    number, text = (newest.version, newest.text) if newest else (0, "")
    form = GuidelineForm(request.POST or None, initial={"text": text, "base_version": number})
    context: dict[str, Any] = {"form": form, "base_version": form["base_version"].value()}
    if request.method == "POST" and form.is_valid():
        if "preview" not in request.POST and _publish(request, project, form):
            return redirect("guidelines", slug=project.slug)
        context |= _seen_beside(form, project, number, text)
    return render(request, "annotation/guidelines_edit.html", context)


def _publish(request: HttpRequest, project: Project, form: GuidelineForm) -> bool:
    if not form.cleaned_data["change"]:
        form.add_error("change", "Say what changed: each annotator is shown this.")
        return False
    try:
        made = actions.publish(project=project, by=person(request), **form.cleaned_data)
    except TooLate:
        form.add_error(None, "Somebody saved a version while you wrote. Your text is kept here and theirs is in force.")
    except ActionError as error:
        form.add_error("text", str(error))
    else:
        messages.success(request, f"Version {made.version} is in force. Each annotator is shown what changed.")
        return True
    return False


def _seen_beside(form: GuidelineForm, project: Project, number: int, text: str) -> dict[str, Any]:
    """The preview of the form's text; and when somebody was faster, what they changed since."""
    data = form.cleaned_data
    context: dict[str, Any] = {"preview": sections(data["text"]), "changes": changes(text, data["text"])}
    base = project.guideline_versions.filter(version=data["base_version"]).first()
    if base and base.version < number:
        newest = _version(project, str(number))
        # Saving once more is on purpose: what the others wrote is in sight now.
        context |= {"newest": newest, "theirs": _between(base, newest), "base_version": number}
    return context


@require_POST
@in_project(Right.VIEW)
def read(request: HttpRequest, project: Project) -> HttpResponse:
    """The person was shown a version on the page of the queue."""
    actions.see(guideline=_version(project, request.POST.get("version", "")), by=person(request))
    return redirect("queue", slug=project.slug)


def _between(since: Guideline, to: Guideline) -> dict[str, list[Line]]:
    return {
        "text_changes": changes(since.text, to.text),
        "label_changes": changes(_as_text(since.labels), _as_text(to.labels)),
    }


def _as_text(labels: list[dict[str, Any]]) -> str:
    return "\n".join(
        f"{label['name']}, key {label['key']}{', retired' if label['retired'] else ''}: {label['hint']}"
        for label in sorted(labels, key=lambda label: label["name"])
    )


def _version(project: Project, number: str) -> Guideline:
    found = project.guideline_versions.filter(version=int(number)).first() if number.isdecimal() else None
    if found is None:
        raise Http404("No such page.")
    return found
