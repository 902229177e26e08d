"""The rules of training, gates and approval: read by every member, changed by who may train, each version kept."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from annotation.access import Right, in_project, person
from annotation.errors import ActionError
from annotation.models import Project
from monitoring.runs.rule_words import GROUPS, differences, read_out
from monitoring.views.rules_form import RulesForm
from training.actions import rules as actions
from training.in_force import newest_of, rules_of
from training.models import TrainingRules
from training.rules import Rules

SHOWN = 50


@require_http_methods(["GET", "POST"])
@in_project(Right.VIEW)
def training_rules(request: HttpRequest, project: Project) -> HttpResponse:
    may_change = Right.TRAIN in request.rights  # type: ignore[attr-defined]
    rules, newest = rules_of(project), newest_of(project)
    form = RulesForm(project, rules, newest.version if newest else 0, request.POST or None)
    if request.method == "POST":
        if not may_change:
            raise PermissionDenied(f"Your roles in {project.name} don't let you change its rules; ask an ML lead.")
        if form.is_valid() and save(request, project, form):
            return redirect("training_rules", slug=project.slug)
    context = {
        "form": form if may_change else None,
        "groups": told(rules),
        "newest": newest,
        "versions": versions(project),
    }
    return render(request, "monitoring/training_rules.html", context)


def save(request: HttpRequest, project: Project, form: RulesForm) -> bool:
    """False when the form has to say why not."""
    changed = form.changed()
    if not changed:
        messages.info(request, "Nothing was changed.")
        return True
    said = form.cleaned_data
    try:
        made = actions.change(
            project=project, values=changed, by=person(request), reason=said["reason"], base=said["base"]
        )
    except ActionError as error:
        form.add_error(None, str(error))
        return False
    messages.success(request, f"Version {made.version} of the rules is in force.")
    return True


def told(rules: Rules) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """The rules in words: groups of title, value and what it means."""
    values = rules.to_json()
    return [
        (title, [(rule.title, read_out(rule.name, values[rule.name]), rule.help) for rule in group])
        for title, group in GROUPS.items()
    ]


def versions(project: Project) -> list[dict[str, Any]]:
    """Newest first: each with what it changed."""
    rows = list(TrainingRules.objects.filter(project=project).select_related("created_by").order_by("-version"))
    before = [row.values for row in rows[1:]] + [{}]
    return [{"row": row, "changes": differences(old, row.values)} for row, old in zip(rows, before, strict=False)][
        :SHOWN
    ]
