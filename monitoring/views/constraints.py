"""The constraints of the champion: read by every member, edited by an ML lead, each version kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from annotation.access import Right, in_project, person
from annotation.intake import FACETS
from annotation.models import Project
from monitoring.actions import constraints as acts
from monitoring.constraints import Document, FieldRule, read
from monitoring.constraints.document import TEXT
from monitoring.constraints.words import differences, read_out
from monitoring.models import Constraints
from monitoring.views.settings_versions import save, versions
from training.models import Deployment

NOTHING = Document({})


class RuleForm(forms.Form):
    """The rule of one field; completeness is asked for as per cent, a value a line."""

    base = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    field = forms.CharField(widget=forms.HiddenInput)
    completeness = forms.FloatField(
        label="Completeness (%)",
        min_value=0,
        max_value=100,
        help_text="Share of documents that have the field. 5 points fewer are allowed.",
        widget=forms.NumberInput(attrs={"step": "any"}),
    )
    required = forms.BooleanField(required=False, label="Required: as if every document had it")
    low = forms.IntegerField(required=False, min_value=0, label="Fewest words", help_text="Empty: any number.")
    high = forms.IntegerField(required=False, min_value=0, label="Most words", help_text="Empty: any number.")
    domain = forms.CharField(
        required=False,
        label="Allowed values",
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="One a line, at most 50. Empty: any value. Of 100 notes 10 may have another one.",
    )
    reason = forms.CharField(
        max_length=300, label="Why it is changed", help_text="Kept with the version, for whoever asks later."
    )

    def __init__(self, name: str, rule: FieldRule, base: int, data: QueryDict | None = None) -> None:
        first = {
            "completeness": f"{100 * rule.completeness:.4g}",
            "required": rule.required,
            "low": rule.low,
            "high": rule.high,
            "domain": "\n".join(rule.domain),
        }
        super().__init__(data, initial={**first, "base": base, "field": name})
        self.name, self.rule = name, rule
        for left_out in () if name == TEXT else ("low", "high"):
            del self.fields[left_out]
        if name not in FACETS:
            del self.fields["domain"]

    def changed(self) -> dict[str, Any]:
        """The settings that differ from the rule."""
        said: dict[str, Any] = {
            name: self.cleaned_data[name] for name in ("required", "low", "high") if name in self.fields
        }
        # Shown rounded: what was left as it stood is left as it is.
        if "completeness" in self.changed_data:
            said["completeness"] = round(self.cleaned_data["completeness"] / 100, 6)
        if "domain" in self.fields:
            lines = [line.strip() for line in self.cleaned_data["domain"].splitlines()]
            values = dict.fromkeys(line for line in lines if line)
            if list(values) != list(self.rule.domain):
                said["domain"] = {value: self.rule.domain.get(value, 0.0) for value in values}
        return {name: value for name, value in said.items() if value != getattr(self.rule, name)}


@require_http_methods(["GET", "POST"])
@in_project(Right.VIEW)
def constraints(request: HttpRequest, project: Project) -> HttpResponse:
    may_change = Right.TRAIN in request.rights  # type: ignore[attr-defined]
    if request.method == "POST" and not may_change:
        raise PermissionDenied(f"Your roles in {project.name} don't let you edit its constraints; ask an ML lead.")
    champion = Deployment.objects.champion_of(project)
    newest = acts.newest_of(champion.model) if champion else None
    document = read(newest.document) if newest else NOTHING
    form = _form(request, newest, document) if newest and may_change else None
    if newest and form and form.is_valid():
        more = {"model": newest.model, "name": form.name, "by": person(request)}
        if save(request, form, form.changed(), acts.NOUN, acts.edit, **more):
            return redirect("constraints", slug=project.slug)
    context = {
        "champion": champion,
        "newest": newest,
        "rules": [(one, rule, read_out(rule)) for one, rule in document.fields.items()],
        "form": form,
        "versions": versions(Constraints.objects.filter(model=newest.model), _differences, "document")
        if newest
        else [],
    }
    return render(request, "monitoring/constraints.html", context)


def _form(request: HttpRequest, newest: Constraints, document: Document) -> RuleForm | None:
    """Of the field that is asked for, the first one else."""
    asked = request.POST.get("field") or request.GET.get("field", "")
    name = asked if asked in document.fields else next(iter(document.fields), "")
    return RuleForm(name, document.fields[name], newest.version, request.POST or None) if name else None


def _differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    if not before:
        return [f"the rules of {len(after['fields'])} fields"]
    return differences(read(before), read(after))
