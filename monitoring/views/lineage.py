"""Lineage: found by what somebody types, and shown forward and back as a graph and as lists."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from annotation.access import Right, hidden_from, in_project, with_object
from annotation.models import Note, Project
from monitoring.lineage.drawing import draw
from monitoring.lineage.found import choices
from monitoring.lineage.nodes import columns
from monitoring.lineage.subject import Subject, subject_of
from training import lineage as walks
from training.models import Dataset, ModelVersion, Prediction, Run

BLIND = "This note is annotated blind, and you may be asked to annotate or decide; its lineage opens when that is done."
NOTHING = "Nothing of this project has that name or number; type it as in the examples."


@require_GET
@in_project(Right.VIEW)
def lineage(request: HttpRequest, project: Project) -> HttpResponse:
    return render(request, "monitoring/lineage.html")


@require_POST
@in_project(Right.VIEW)
def find(request: HttpRequest, project: Project) -> HttpResponse:
    """What was typed may be an id of the platform: it stays out of the address."""
    reads = Right.READ_NOTES in request.rights  # type: ignore[attr-defined]
    found = choices(walks.found_by(request.POST.get("typed", ""), project=project, notes=reads))
    if not found:
        messages.warning(request, NOTHING)
        return redirect("lineage", slug=project.slug)
    if len(found) == 1:
        return redirect(found[0].url)
    return render(request, "monitoring/lineage.html", {"choices": found})


@require_GET
@with_object(Note.objects.all, Right.READ_NOTES)
def note(request: HttpRequest, note: Note) -> HttpResponse:
    if hidden_from(request, [note.pk]):
        raise PermissionDenied(BLIND)
    return show(request, walks.of_note(note), subject_of(note))


@require_GET
@with_object(lambda: Dataset.objects.select_related("created_by"), Right.VIEW)
def dataset(request: HttpRequest, dataset: Dataset) -> HttpResponse:
    return show(request, walks.of_dataset(dataset), subject_of(dataset))


@require_GET
@with_object(lambda: Run.objects.select_related("created_by"), Right.VIEW)
def run(request: HttpRequest, run: Run) -> HttpResponse:
    return show(request, walks.of_run(run), subject_of(run))


@require_GET
@with_object(lambda: ModelVersion.objects.select_related("run", "dataset", "trained_by"), Right.VIEW)
def model(request: HttpRequest, model: ModelVersion) -> HttpResponse:
    return show(request, walks.of_model(model), subject_of(model))


@require_GET
@in_project(Right.VIEW)
def prediction(request: HttpRequest, project: Project, pk: int) -> HttpResponse:
    rows = Prediction.objects.select_related("model__run", "model__dataset", "model__project", "client")
    found = rows.filter(pk=pk, note__project=project).first()
    if found is None:
        raise Http404("No such page.")
    return show(request, walks.of_prediction(found), subject_of(found))


def show(request: HttpRequest, lineage: walks.Lineage, subject: Subject) -> HttpResponse:
    """What the reader may see of it: notes and who annotated them are for those who read notes."""
    reads = Right.READ_NOTES in request.rights  # type: ignore[attr-defined]
    hidden = hidden_from(request, [row.pk for row in lineage.notes.rows])
    parts = columns(lineage, reads=reads, hidden=hidden)
    context = {
        "lineage": lineage,
        "subject": subject,
        "columns": parts,
        "drawing": draw(parts, walks.edges(lineage)),
        "people": walks.contributors(lineage.learned) if reads and lineage.learned else [],
        "reads": reads,
    }
    return render(request, "monitoring/lineage_graph.html", context)
