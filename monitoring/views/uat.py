"""The clinicians' test of a version: the list, one test, its opening, its signature, its cancelling."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from annotation.access import Right, in_project, person, with_object
from annotation.errors import ActionError
from annotation.models import Project, User
from monitoring.actions import uat as signing
from monitoring.uat_rows import session_page
from monitoring.views.uat_access import with_session
from training.actions import uat as actions
from training.models import ModelVersion, UatSession
from training.uat_opening import MOST_NOTES
from training.uat_state import progress_of

ASKING = {Right.TRAIN, Right.DECIDE}


class OpenForm(forms.Form):
    raters: forms.ModelMultipleChoiceField[User] = forms.ModelMultipleChoiceField(queryset=User.objects.all())
    notes = forms.IntegerField(min_value=1, max_value=MOST_NOTES)


@require_GET
@in_project(Right.VIEW)
def sessions(request: HttpRequest, project: Project) -> HttpResponse:
    rows = UatSession.objects.filter(model__project=project).select_related("model", "signed_by", "created_by")[:50]
    told = []
    for session in rows:
        session.model.project = project
        own = next((one for one in progress_of(session) if one[0].pk == person(request).pk), None)
        mine = bool(own and session.status == UatSession.Status.OPEN and own[1] < own[2])
        told.append({"session": session, "mine": mine, "done": own and own[1], "total": own and own[2]})
    return render(request, "monitoring/uat_sessions.html", {"rows": told})


@require_POST
@with_object(ModelVersion.objects.select_related("project").all, Right.VIEW)
def open_test(request: HttpRequest, model: ModelVersion) -> HttpResponse:
    _require_asker(request)
    form = OpenForm(request.POST)
    if not form.is_valid():
        messages.error(request, f"Choose at least one rater, and 1 to {MOST_NOTES} notes.")
        return redirect("model", pk=model.pk)
    try:
        data = form.cleaned_data
        run = actions.ask_for_test(model=model, raters=list(data["raters"]), notes=data["notes"], by=person(request))
    except ActionError as error:
        messages.error(request, str(error))
        return redirect("model", pk=model.pk)
    messages.success(request, "The notes are drawn; then the raters find the test under Models, Clinicians' tests.")
    return redirect("run", pk=run.pk)


def _require_asker(request: HttpRequest) -> None:
    if not ASKING & set(request.rights):  # type: ignore[attr-defined]
        raise PermissionDenied("A clinicians' test is asked for and cancelled by an ML lead or an approver.")


@require_GET
@with_session(Right.VIEW)
def session(request: HttpRequest, session: UatSession) -> HttpResponse:
    context = session_page(session, person(request), request.rights)  # type: ignore[attr-defined]
    return render(request, "monitoring/uat.html", context)


@require_POST
@with_session(Right.ANNOTATE)
def sign(request: HttpRequest, session: UatSession) -> HttpResponse:
    passed = request.POST.get("result") == "passed"
    done = f"The test is signed as {'passed' if passed else 'failed'}."
    return _end(request, session, signing.sign, done, passed=passed)


@require_POST
@with_session(Right.VIEW)
def cancel(request: HttpRequest, session: UatSession) -> HttpResponse:
    _require_asker(request)
    return _end(request, session, actions.cancel, "The test is cancelled; another can be opened.")


def _end(request: HttpRequest, session: UatSession, act: Callable[..., Any], done: str, **values: bool) -> HttpResponse:
    reason = request.POST.get("reason", "")[:2000]
    try:
        act(session=session, by=person(request), reason=reason, **values)
        messages.success(request, done)
    except ActionError as error:
        messages.error(request, str(error))
    return redirect("uat", pk=session.pk)
