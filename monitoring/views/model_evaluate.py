"""A version is evaluated again: who trains or decides may ask for it."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from annotation.access import Right, person, with_object
from annotation.errors import ActionError
from monitoring.model_evaluations import ASKING
from monitoring.views.model_decisions import ROWS
from training.actions.evaluations import evaluate_again
from training.models import ModelVersion


@require_POST
@with_object(ROWS, Right.VIEW)
def evaluate(request: HttpRequest, model: ModelVersion) -> HttpResponse:
    if not ASKING & set(request.rights):  # type: ignore[attr-defined]
        raise PermissionDenied("A version is evaluated again by an ML lead or an approver; ask one of them.")
    try:
        run = evaluate_again(model=model, by=person(request))
    except ActionError as error:
        messages.error(request, str(error))
        return redirect("model", pk=model.pk)
    messages.success(request, f"Version {model.number} is evaluated again; its page shows the result.")
    return redirect("run", pk=run.pk)
