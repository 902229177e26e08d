"""The notes of a project: found by their words, entities, facets and state; chosen to be annotated."""

from __future__ import annotations

from django.contrib import messages
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from annotation.access import Right, hidden_from, in_project, person
from annotation.actions import assignments, choosing, search
from annotation.errors import ActionError
from annotation.models import Project, Task
from annotation.search.ordering import Place
from annotation.views import note_rows, note_search

REASONS = [(reason.value, reason.label) for reason in assignments.ASKABLE]
FACETS_FOR_SECONDS = 60


@require_GET
@in_project(Right.READ_NOTES)
def notes(request: HttpRequest, project: Project) -> HttpResponse:
    form, name = note_search.asked(request, project)
    place = Place.parse(request.GET.get("at", ""), form.order)
    found = search.find(project=project, filters=form.filters(), sort=form.order, place=place)
    hidden = hidden_from(request, found.notes)
    context = {
        "form": form,
        "rows": note_rows.rows(found.notes, question=form.question, hidden=hidden),
        "previous": found.previous and form.query(name, at=found.previous),
        "next": found.next and form.query(name, at=found.next),
        "among": search.AMONG if found.among else 0,
        "filtered": form.narrowed or name,
        "forgotten": request.GET.get("s") and not name,
        "here": form.query(name, at=request.GET.get("at", "")),
        "known": cache.get_or_set(f"facets-{project.pk}", lambda: choosing.offered(project), FACETS_FOR_SECONDS),
        "reasons": REASONS,
    }
    return render(request, "annotation/notes.html", context)


@require_POST
@in_project(Right.READ_NOTES)
def find(request: HttpRequest, project: Project) -> HttpResponse:
    """Take the form: the words go into the session, the rest into the address."""
    form = note_search.SearchForm(project, request.POST)
    form.is_valid()
    name = note_search.keep(request, form.cleaned_data.get("words", ""))
    for field, errors in form.errors.items():
        messages.warning(request, f"{form[field].label}: {errors[0]} It filters nothing.")
    return redirect(f"{reverse('notes', args=[project.slug])}?{form.query(name)}")


@require_POST
@in_project(Right.ASSIGN)
def ask(request: HttpRequest, project: Project) -> HttpResponse:
    """Ask for the annotation of the notes that were ticked."""
    ids = [int(number) for number in request.POST.getlist("note") if number.isascii() and number.isdigit()]
    reason = request.POST.get("reason", Task.Reason.LABEL)
    try:
        if not ids:
            raise ActionError("No note is ticked; tick the notes that you want annotated.")
        opened = assignments.open_for_notes(project=project, note_ids=ids, reason=reason, by=person(request))
        (messages.success if opened.notes else messages.warning)(request, str(opened))
    except ActionError as error:
        messages.error(request, str(error))
    return redirect(f"{reverse('notes', args=[project.slug])}?{request.POST.get('here', '')}")
