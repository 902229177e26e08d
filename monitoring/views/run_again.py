"""Steer a run: cancel it, or go on from one of its steps in a new one."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from annotation.access import Right, person, with_object
from annotation.errors import ActionError
from monitoring.views.run_forms import TrainForm
from monitoring.views.run_page import require_steering, rows, run_context
from training.actions import runs as actions
from training.models import Run


@require_POST
@with_object(Run.objects.all, Right.VIEW)
def cancel(request: HttpRequest, run: Run) -> HttpResponse:
    require_steering(request, run, "cancel")
    try:
        actions.cancel(run=run)
        messages.success(request, f"Run {run.pk} is cancelled; nothing of it is in service.")
    except ActionError as error:
        messages.warning(request, str(error))
    return redirect("run", pk=run.pk)


@require_POST
@with_object(rows, Right.VIEW)
def again(request: HttpRequest, run: Run) -> HttpResponse:
    """From the step `?step=`: as it was, or with what the form says when it was sent along."""
    require_steering(request, run, "go on from")
    form = TrainForm(run.project, request.POST) if "other" in request.POST else None
    if form and not form.is_valid():
        return render(request, "monitoring/run.html", run_context(request, run, form))
    step = request.GET.get("step", "")
    try:
        new = actions.go_on(run=run, step=step, by=person(request), params=form.instead() if form else None)
    except ActionError as error:
        messages.error(request, str(error))
        return redirect("run", pk=run.pk)
    messages.success(request, f"Run {new.pk} goes on from run {run.pk}.")
    return redirect("run", pk=new.pk)
