"""The policy: what the accuracy has to reach. Read by every member, changed by an ML lead, each version kept."""

from __future__ import annotations

from dataclasses import fields
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
from monitoring.policy.values import AUTOMATION, BOUNDS
from monitoring.policy_words import GROUPS, SETTINGS, Setting, differences, read_out
from monitoring.views.settings_versions import save, versions

WHOLE = {field.name for field in fields(Values) if field.type == "int"}


class PolicyForm(forms.Form):
    """Shares are asked for as per cent."""

    base = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    reason = forms.CharField(
        max_length=300, label="Why it is changed", help_text="Kept with the version, for whoever asks later."
    )

    def __init__(self, values: Values, base: int, data: QueryDict | None = None) -> None:
        super().__init__(data, initial={"base": base})
        self.values = values.to_json()
        for one in SETTINGS:
            self.fields[one.name] = _choice(one, values) if one.name == "automation" else _number(one, values)
        # Last of all, as it is asked.
        self.fields["reason"] = self.fields.pop("reason")

    @property
    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        return [(group, [self[one.name] for one in SETTINGS if one.group == group]) for group in GROUPS]

    def changed(self) -> dict[str, Any]:
        said = {one.name: self._said(one) for one in SETTINGS}
        return {name: value for name, value in said.items() if value != self.values[name]}

    def _said(self, one: Setting) -> Any:
        value = self.cleaned_data[one.name]
        return value if one.name in WHOLE or isinstance(value, str) else round(value / one.times, 6)


def _number(one: Setting, values: Values) -> forms.Field:
    low, high = (one.times * bound for bound in BOUNDS[one.name])
    kind, step = (forms.IntegerField, "1") if one.name in WHOLE else (forms.FloatField, "any")
    return kind(
        label=f"{one.title} (%)" if one.unit == "%" else one.title,
        initial=f"{one.times * getattr(values, one.name):g}",
        help_text=f"{one.help} From {_plain(low)} to {_plain(high)}.",
        widget=forms.NumberInput(attrs={"step": step, "min": low, "max": high}),
    )


def _plain(bound: float) -> str:
    return f"{bound:,.0f}" if bound == round(bound) else f"{bound:g}"


def _choice(one: Setting, values: Values) -> forms.Field:
    return forms.ChoiceField(
        label=one.title, initial=values.automation, help_text=one.help, choices=[(name, name) for name in AUTOMATION]
    )


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
        "groups": [(group, _read_out(group, values)) for group in GROUPS],
        "newest": newest,
        "versions": versions(Policy.objects.filter(project=project), differences),
    }
    return render(request, "monitoring/policy.html", context)


def _read_out(group: str, values: Values) -> list[tuple[str, str, str]]:
    rows = [one for one in SETTINGS if one.group == group]
    return [(one.title, read_out(one.name, getattr(values, one.name)), one.help) for one in rows]
