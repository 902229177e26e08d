"""The policy: what the accuracy has to reach. Read by every member, changed by an ML lead, each version kept."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from annotation.access import Right, in_project, person
from annotation.models import Project
from monitoring.actions import policies
from monitoring.models import Policy
from monitoring.policy import Values
from monitoring.policy.values import BOUNDS
from monitoring.policy_words import SETTINGS, differences, read_out
from monitoring.views.settings_versions import save, versions

TITLE = "Accuracy"


class PolicyForm(forms.Form):
    """Shares are asked for as per cent."""

    base = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    target = forms.FloatField(widget=forms.NumberInput(attrs={"step": "any"}))
    floor = forms.FloatField(widget=forms.NumberInput(attrs={"step": "any"}))
    audited_notes = forms.IntegerField()
    reason = forms.CharField(
        max_length=300, label="Why it is changed", help_text="Kept with the version, for whoever asks later."
    )

    def __init__(self, values: Values, base: int, data: QueryDict | None = None) -> None:
        super().__init__(data, initial={"base": base})
        self.values = values.to_json()
        for one in SETTINGS:
            field, times = self.fields[one.name], one.times
            low, high = (times * bound for bound in BOUNDS[one.name])
            field.label = f"{one.title} (%)" if one.unit == "%" else one.title
            field.initial = f"{times * self.values[one.name]:g}"
            field.help_text = f"{one.help} From {low:,.0f} to {high:,.0f}."
            field.widget.attrs |= {"min": low, "max": high}

    @property
    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        return [(TITLE, [self[one.name] for one in SETTINGS])]

    def changed(self) -> dict[str, Any]:
        said = {one.name: round(self.cleaned_data[one.name] / one.times, 6) for one in SETTINGS}
        whole = {**said, "audited_notes": self.cleaned_data["audited_notes"]}
        return {name: value for name, value in whole.items() if value != self.values[name]}


@require_http_methods(["GET", "POST"])
@in_project(Right.VIEW)
def policy(request: HttpRequest, project: Project) -> HttpResponse:
    may_change = Right.TRAIN in request.rights  # type: ignore[attr-defined]
    newest, values = policies.newest_of(project), policies.values_of(project)
    form = PolicyForm(values, newest.version if newest else 0, request.POST or None)
    if request.method == "POST":
        if not may_change:
            raise PermissionDenied(f"Your roles in {project.name} don't let you change its policy; ask an ML lead.")
        if form.is_valid() and save(
            request, form, form.changed(), "policy", policies.change, project=project, by=person(request)
        ):
            return redirect("policy", slug=project.slug)
    context = {
        "form": form if may_change else None,
        "groups": [(TITLE, [(one.title, read_out(one.name, getattr(values, one.name)), one.help) for one in SETTINGS])],
        "newest": newest,
        "versions": versions(Policy, project, differences),
    }
    return render(request, "monitoring/policy.html", context)
