"""A rater's turn: one note, two marked texts, which model is which is not said."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from annotation.access import Right, person
from annotation.errors import ActionError
from annotation.models import User
from monitoring.uat_rows import sides
from monitoring.views.uat_access import with_session
from training.actions import uat as actions
from training.models import UatItem, UatSession
from training.uat_draw import differs
from training.uat_state import turn_of


def _rater(request: HttpRequest, session: UatSession) -> User:
    user = person(request)
    if not session.raters.filter(pk=user.pk).exists():
        raise PermissionDenied("You are no rater of this test; its page says how far it is.")
    return user


@require_GET
@with_session(Right.ANNOTATE)
def page(request: HttpRequest, session: UatSession) -> HttpResponse:
    turn = turn_of(session, _rater(request, session))
    if session.status != UatSession.Status.OPEN or turn.item is None:
        if turn.hidden:
            messages.info(request, f"{turn.hidden} notes come after your own blind annotation of them.")
        return redirect("uat", pk=session.pk)
    colours = dict(session.model.project.labels.values_list("name", "colour"))
    context = {
        "session": session,
        "item": turn.item,
        "turn": turn,
        "sides": sides(turn.item, colours),
        "same": not differs(turn.item),
    }
    return render(request, "monitoring/uat_rate.html", context)


@require_POST
@with_session(Right.ANNOTATE)
def rate(request: HttpRequest, session: UatSession) -> HttpResponse:
    user, number = _rater(request, session), request.POST.get("item", "")
    item = UatItem.objects.filter(session=session, pk=number if number.isdecimal() and len(number) < 19 else 0).first()
    seconds = request.POST.get("seconds", "")
    try:
        if item is None:
            raise ActionError("The judgement names no note of this test; here is the one whose turn it is.")
        spent = int(seconds) if seconds.isdecimal() and len(seconds) < 6 else 0
        item.session = session
        actions.rate(item=item, by=user, verdict=request.POST.get("verdict", ""), seconds=spent)
    except ActionError as error:
        messages.warning(request, str(error))
    return redirect("uat_rate", pk=session.pk)


@require_POST
@with_session(Right.ANNOTATE)
def undo(request: HttpRequest, session: UatSession) -> HttpResponse:
    try:
        actions.undo(session=session, by=_rater(request, session))
    except ActionError as error:
        messages.warning(request, str(error))
    return redirect("uat_rate", pk=session.pk)
