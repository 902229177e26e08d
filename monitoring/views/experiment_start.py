"""Starting an experiment: recipes side by side, the tuning of one, or a search over all."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from annotation.access import Right, in_project, person
from annotation.errors import ActionError
from annotation.models import Project
from monitoring.views import experiment_settings
from monitoring.views.experiment_forms import AutoForm, Candidates, ExperimentForm, SearchForm
from monitoring.views.run_forms import settings_tables
from training import ner
from training.actions import auto as auto_actions
from training.actions import experiments as actions
from training.in_force import rules_of
from training.models import Run
from training.recipes import recipes

MODES = {
    "auto": "Find the best recipe and settings",
    "tune": "Look for the best settings",
    "compare": "Set recipes side by side",
}
PAGE = "monitoring/experiment_start.html"


@require_http_methods(["GET", "POST"])
@in_project(Right.TRAIN)
def start(request: HttpRequest, project: Project) -> HttpResponse:
    asked = (request.POST or request.GET).get("mode")
    return {"tune": tune, "auto": auto}.get(asked or "", compare)(request, project)


def auto(request: HttpRequest, project: Project) -> HttpResponse:
    form = AutoForm(project, request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        order = auto_actions.Auto(recipes=said["recipes"], keep=said["keep"], **form.budget())
        try:
            return _open(auto_actions.start_auto(project=project, by=person(request), auto=order, **form.common()))
        except ActionError as error:
            messages.error(request, str(error))
    return render(request, PAGE, {"mode": "auto", "modes": MODES, "form": form})


def compare(request: HttpRequest, project: Project) -> HttpResponse:
    form = ExperimentForm(project, request.POST or None)
    rows = Candidates(request.POST or None)
    if request.method == "POST" and form.is_valid() and rows.is_valid():
        try:
            return _open(_compared(request, project, form, rows))
        except ActionError as error:
            messages.error(request, str(error))
    context = {"mode": "compare", "modes": MODES, "form": form, "candidates": rows, "recipes": settings_tables()}
    return render(request, PAGE, context)


def _compared(request: HttpRequest, project: Project, form: ExperimentForm, rows: Any) -> Run:
    candidates = [found for row in rows if (found := row.candidate())]
    return actions.start_comparison(project=project, by=person(request), candidates=candidates, **form.common())


def tune(request: HttpRequest, project: Project) -> HttpResponse:
    known = recipes()
    name = (request.POST or request.GET).get("recipe", "")
    recipe = known.get(name) or known.get(rules_of(project).recipe) or next(iter(known.values()))
    form = SearchForm(project, request.POST or None)
    table = experiment_settings.table(recipe, request.POST.dict() or None)
    if request.method == "POST" and form.is_valid():
        try:
            return _open(_tuned(request, project, recipe.name, form, table))
        except (ActionError, ner.TrainingError) as error:
            messages.error(request, str(error))
    context = {
        "mode": "tune",
        "modes": MODES,
        "form": form,
        "recipe": recipe,
        "known": known.values(),
        "table": table,
    }
    return render(request, PAGE, context)


def _tuned(
    request: HttpRequest, project: Project, recipe: str, form: SearchForm, table: list[experiment_settings.Row]
) -> Run:
    space, fixed = experiment_settings.read(table)
    tuning = actions.Tuning(recipe=recipe, space=space, settings=fixed, **form.budget())
    return actions.start_tuning(project=project, by=person(request), tuning=tuning, **form.common())


def _open(run: Run) -> HttpResponse:
    return redirect("experiment", pk=run.pk)
