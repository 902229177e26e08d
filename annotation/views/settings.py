"""How the notes of a project are annotated."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from annotation.access import Right, in_project
from annotation.actions import project_settings
from annotation.errors import ActionError
from annotation.models import Project, QueueOrder


def percent(label: str, help_text: str) -> forms.FloatField:
    widget = forms.NumberInput(attrs={"step": "0.1"})
    return forms.FloatField(min_value=0, max_value=100, widget=widget, label=f"{label} (%)", help_text=help_text)


class SettingsForm(forms.Form):
    queue_order = forms.ChoiceField(
        choices=QueueOrder.choices,
        label="Order of the queue",
        help_text="Least certain first: the notes whose suggestions the model is least sure of.",
    )
    doubt_threshold = percent(
        "Score that passes without asking", "A suggestion with a lower score asks the annotator for a decision."
    )
    double_share = percent(
        "Arriving notes annotated twice",
        "By two people who don't see each other's work; agreement is measured on them.",
    )
    audit_rate = percent(
        "Arriving notes audited", "Drawn by lot and annotated without suggestions; they make the accuracy."
    )
    nested = forms.BooleanField(
        required=False, label="One entity may lie inside another", help_text="Crossing entities are never allowed."
    )

    SHARES = ("doubt_threshold", "double_share", "audit_rate")

    @classmethod
    def of(cls, project: Project) -> dict[str, object]:
        shares = {name: round(100 * getattr(project, name), 4) for name in cls.SHARES}
        return {**shares, "queue_order": project.queue_order, "nested": project.nested}

    @property
    def wanted(self) -> project_settings.Settings:
        shares = {name: round(self.cleaned_data[name] / 100, 6) for name in self.SHARES}
        return project_settings.Settings(**{**self.cleaned_data, **shares})


@require_http_methods(["GET", "POST"])
@in_project(Right.ASSIGN)
def settings(request: HttpRequest, project: Project) -> HttpResponse:
    form = SettingsForm(request.POST or None, initial=SettingsForm.of(project))
    if request.method == "POST" and form.is_valid():
        try:
            changed = project_settings.configure(project=project, settings=form.wanted)
            messages.success(request, f"Changed: {', '.join(changed)}." if changed else "Nothing was changed.")
            return redirect("settings", slug=project.slug)
        except ActionError as error:
            form.add_error(None, str(error))
    return render(request, "annotation/settings.html", {"form": form})
