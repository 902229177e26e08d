"""Two to ten runs side by side, and the notes on which two of them differ."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from annotation.access import Right, hidden_from, in_project
from annotation.models import Project
from monitoring.experiments.comparing import curves_of, table_of
from monitoring.experiments.examples import examples, pair_of
from monitoring.experiments.sides import Side, chosen, common_notes, differences, scored_on, sides_of
from training.example_differences import Error, Outcome

PER_PAGE = 10
OUTCOMES = {Outcome.FIXED: "only the second is right", Outcome.BROKEN: "only the first is right"}
OUTCOMES |= {Outcome.CHANGED: "both are wrong"}
ERRORS = {Error.MISSED: "missed", Error.SPURIOUS: "spurious", Error.BOUNDARY: "boundary", Error.LABEL: "label"}


@require_GET
@in_project(Right.VIEW)
def compare(request: HttpRequest, project: Project) -> HttpResponse:
    runs = chosen(project, request.GET.getlist("run"))
    if len(runs) < 2:
        messages.warning(request, "Choose two to ten trials or trainings to compare.")
        return redirect("experiments", slug=project.slug)
    sides = sides_of(runs)
    parameters, only_some = differences(sides)
    context = {
        "sides": sides,
        "parameters": parameters,
        "only_some": only_some,
        "table": table_of(sides),
        "scored_on": scored_on(sides),
        "curves": curves_of(sides),
    }
    if Right.READ_NOTES in request.rights:  # type: ignore[attr-defined]
        context |= _examples(request, project, sides)
    return render(request, "monitoring/experiment_compare.html", context)


def _examples(request: HttpRequest, project: Project, sides: list[Side]) -> dict[str, Any]:
    scored = [side for side in sides if side.evaluation]
    if len(scored) < 2:
        return {}
    first = _asked(scored, request.GET.get("first"), scored[0])
    others = [side for side in scored if side != first]
    second = _asked(others, request.GET.get("second"), others[0])
    labels = project.labels.active().names()
    pair = pair_of(first, second, labels, hidden_from(request, common_notes([first, second])))
    if pair is None:
        return {}
    kind = _one_of(ERRORS, request.GET.get("kind", ""))
    outcome = _one_of(OUTCOMES, request.GET.get("outcome", ""))
    page = Paginator(pair.of(kind, outcome), PER_PAGE).get_page(request.GET.get("page"))
    return {
        "pair": pair,
        "scored": scored,
        "kind": kind,
        "outcome": outcome,
        "kinds": ERRORS,
        "outcomes": OUTCOMES,
        "page_obj": page,
        "examples": examples(pair, list(page.object_list)),
        "query": _without_page(request.GET),
    }


def _asked(sides: list[Side], pk: str | None, default: Side) -> Side:
    return next((side for side in sides if str(side.run.pk) == pk), default)


def _one_of(known: Any, value: str) -> str:
    return value if value in [str(one) for one in known] else ""


def _without_page(query: QueryDict) -> str:
    rest = query.copy()
    rest.pop("page", None)
    return rest.urlencode()
