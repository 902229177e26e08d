"""The rules of training, gates and approval: read by every member, changed by who may train, each version kept."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from annotation.access import Right, in_project, person
from annotation.models import Project
from monitoring.runs.rule_words import GROUPS, differences, read_out
from monitoring.views.rules_form import RulesForm
from monitoring.views.settings_versions import save, versions
from training.actions import rules as actions
from training.in_force import newest_of, rules_of
from training.models import TrainingRules
from training.rules import Rules


@require_http_methods(["GET", "POST"])
@in_project(Right.VIEW)
def training_rules(request: HttpRequest, project: Project) -> HttpResponse:
    may_change = Right.TRAIN in request.rights  # type: ignore[attr-defined]
    rules, newest = rules_of(project), newest_of(project)
    form = RulesForm(project, rules, newest.version if newest else 0, request.POST or None)
    if request.method == "POST":
        if not may_change:
            raise PermissionDenied(f"Your roles in {project.name} don't let you change its rules; ask an ML lead.")
        if form.is_valid() and save(
            request, form, form.changed(), "rules", actions.change, project=project, by=person(request)
        ):
            return redirect("training_rules", slug=project.slug)
    context = {
        "form": form if may_change else None,
        "groups": told(rules),
        "newest": newest,
        "versions": versions(TrainingRules.objects.filter(project=project), differences),
    }
    return render(request, "monitoring/training_rules.html", context)


def told(rules: Rules) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """The rules in words: groups of title, value and what it means."""
    values = rules.to_json()
    return [
        (title, [(rule.title, read_out(rule.name, values[rule.name]), rule.help) for rule in group])
        for title, group in GROUPS.items()
    ]
