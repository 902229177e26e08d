"""What starts a training: how much new gold there is against what is needed, and every time it was asked for."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from annotation.access import Right, in_project
from annotation.models import Project
from monitoring.runs.waiting_gold import outlook
from monitoring.views.runs import can_start
from training.models import Run, TriggerRecord

PER_PAGE = 25


@require_GET
@in_project(Right.VIEW)
def triggers(request: HttpRequest, project: Project) -> HttpResponse:
    asked = request.GET.get("trigger", "")
    chosen = {"trigger": asked} if asked in Run.Trigger.values else {}
    rows = TriggerRecord.objects.filter(project=project, **chosen).select_related("run", "by").order_by("-last_at")
    context = {
        "outlook": outlook(project),
        "page_obj": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "kinds": Run.Trigger.choices,
        "chosen": chosen.get("trigger", ""),
        "query": urlencode(chosen),
        "can_start": can_start(request, project),
    }
    return render(request, "monitoring/triggers.html", context)
