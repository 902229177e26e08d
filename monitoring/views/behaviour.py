"""Behaviour cases: the list and what a version makes of them, one case, the starter cases."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from annotation.access import Right, in_project, person, with_object
from annotation.errors import ActionError
from annotation.models import Project
from monitoring.behaviour_rows import case_row, categories, versions
from monitoring.views.behaviour_form import CaseForm, initial
from training.actions import behaviour as actions
from training.gates.cases import Outcome, try_under
from training.models import BehaviourCase, ModelVersion

READERS = {Right.ANNOTATE, Right.GUIDE, Right.TRAIN}


@require_GET
@in_project(Right.VIEW)
def behaviour(request: HttpRequest, project: Project) -> HttpResponse:
    _require_reader(request)
    cases = list(BehaviourCase.objects.filter(project=project).select_related("created_by"))
    known = versions(project)
    model = next((row for row in known if str(row.pk) == request.GET.get("model")), None)
    outcomes = _tried(request, model, [case for case in cases if case.active]) if model else []
    context = {
        "categories": categories(project, cases, outcomes),
        "versions": known,
        "model": model if outcomes else None,
        "held": sum(outcome.held for outcome in outcomes),
        "tried": len(outcomes),
        "may_edit": _may_edit(request),
    }
    return render(request, "monitoring/behaviour.html", context)


def _tried(request: HttpRequest, model: ModelVersion, cases: list[BehaviourCase]) -> list[Outcome]:
    try:
        return try_under(model, cases)
    except ActionError as error:
        messages.error(request, str(error))
        return []


def _may_edit(request: HttpRequest) -> bool:
    return Right.GUIDE in request.rights  # type: ignore[attr-defined]


def _require_reader(request: HttpRequest) -> None:
    if not READERS & set(request.rights):  # type: ignore[attr-defined]
        raise PermissionDenied("Behaviour cases are for annotators, reviewers and ML leads; ask one of them.")


@require_http_methods(["GET", "POST"])
@in_project(Right.GUIDE)
def add(request: HttpRequest, project: Project) -> HttpResponse:
    form = CaseForm(project, request.POST or None, initial={"category": request.GET.get("category", "basic")})
    if request.method == "POST" and form.is_valid():
        try:
            actions.add(project=project, by=person(request), wording=form.wording)
            messages.success(request, "The case is there; the next candidate is held to it.")
            return redirect("behaviour", slug=project.slug)
        except ActionError as error:
            form.add_error(None, str(error))
    return render(request, "monitoring/behaviour_case.html", {"form": form, "may_edit": True})


@require_http_methods(["GET", "POST"])
@with_object(BehaviourCase.objects.select_related("created_by").all, Right.VIEW)
def case(request: HttpRequest, case: BehaviourCase) -> HttpResponse:
    _require_reader(request)
    if request.method == "POST" and not _may_edit(request):
        raise PermissionDenied("Cases are changed by those who write the guidelines; ask a reviewer.")
    form = CaseForm(case.project, request.POST or None, initial=initial(case))
    if request.method == "POST" and form.is_valid():
        try:
            seen = form.cleaned_data["seen"]
            actions.change(case=case, by=person(request), wording=form.wording, seen=seen)
            messages.success(request, "The case is saved; the next candidate is held to it as it is now.")
            return redirect("behaviour", slug=case.project.slug)
        except ActionError as error:
            form.add_error(None, str(error))
    return render(request, "monitoring/behaviour_case.html", _page(request, case, form))


def _page(request: HttpRequest, case: BehaviourCase, form: CaseForm) -> dict[str, Any]:
    colours = dict(case.project.labels.values_list("name", "colour"))
    return {"case": case, "row": case_row(case, colours), "form": form, "may_edit": _may_edit(request)}


@require_POST
@with_object(BehaviourCase.objects.all, Right.GUIDE)
def switch(request: HttpRequest, case: BehaviourCase) -> HttpResponse:
    active = request.POST.get("active") == "on"
    try:
        actions.switch(case=case, by=person(request), active=active)
        done = "switched on again" if active else "switched off: it is kept and put to no model"
        messages.success(request, f"Case {case.pk} is {done}.")
    except ActionError as error:
        messages.warning(request, str(error))
    return redirect("behaviour", slug=case.project.slug)


@require_POST
@in_project(Right.GUIDE)
def starter(request: HttpRequest, project: Project) -> HttpResponse:
    try:
        made = actions.add_starter_cases(project=project, by=person(request))
        messages.success(
            request, f"{len(made)} cases are there; read them through, and change what your clinic says otherwise."
        )
    except ActionError as error:
        messages.warning(request, str(error))
    return redirect("behaviour", slug=project.slug)
