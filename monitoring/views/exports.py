"""Export: choose what and how, a worker writes the file, who may export fetches it for a day."""

from __future__ import annotations

import logging
from typing import Any

from django import forms
from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from annotation.access import Right, in_project, person, with_object
from annotation.errors import ActionError
from annotation.formats import EXPORT_FORMATS, NAMES
from annotation.models import FACETS, Annotation, Project, User
from training.actions import runs
from training.export_rows import Filters, What
from training.leftovers import EXPORT_HOURS, exports_of
from training.models import ModelVersion, Run

ANY = ("", "any")
SHOWN_PLACES = 5
# What waits for a second opinion does not go out.
STATUSES = [choice for choice in Annotation.Status.choices if choice[0] != Annotation.Status.SUBMITTED]

logger = logging.getLogger(__name__)


class ExportForm(forms.Form):
    what = forms.ChoiceField(
        choices=What.choices, help_text="Gold: each note as accepted. Predictions: what models found, suggestions too."
    )
    format = forms.ChoiceField(choices=[(name, NAMES[name]) for name in EXPORT_FORMATS])
    label = forms.ChoiceField(required=False, help_text="Notes with an entity of it, with all their entities.")
    status = forms.ChoiceField(required=False, choices=[ANY, *STATUSES], help_text="Of revisions.")
    author = forms.ChoiceField(required=False, label="Annotator")
    model = forms.ChoiceField(required=False, label="Model version", help_text="Of predictions and suggestions.")
    facet = forms.ChoiceField(required=False, choices=[ANY, *((name, name.replace("_", " ")) for name in FACETS)])
    value = forms.CharField(required=False, max_length=200, label="Value of the facet", strip=False)
    since = forms.DateField(required=False, label="From", widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(required=False, label="To", widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, project: Project, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = project.labels.values_list("name", flat=True)
        authors = User.objects.filter(annotations__project=project).distinct().order_by("username")
        models = ModelVersion.objects.filter(project=project).order_by("-number")
        self._offer("label", [(name, name) for name in labels])
        self._offer("author", [(user.username, str(user)) for user in authors])
        self._offer("model", [(str(model.number), f"version {model.number}") for model in models])

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = [ANY, *choices]

    def clean(self) -> dict[str, Any]:
        said = self.cleaned_data
        if bool(said.get("facet")) != bool(said.get("value")):
            raise forms.ValidationError("Choose a facet and give its value, or leave both empty.")
        return said

    @property
    def chosen(self) -> list[forms.BoundField]:
        return [self["what"], self["format"]]

    @property
    def narrowing(self) -> list[forms.BoundField]:
        return [field for field in self.visible_fields() if field.name not in {"what", "format"}]

    def filters(self) -> Filters:
        said = self.cleaned_data
        dates = {name: said[name].isoformat() if said[name] else "" for name in ("since", "until")}
        return Filters(
            **{name: said[name] for name in ("label", "status", "facet", "value", "author", "model")}, **dates
        )


@require_http_methods(["GET", "POST"])
@in_project(Right.EXPORT)
def exports(request: HttpRequest, project: Project) -> HttpResponse:
    form = ExportForm(project, request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            run = runs.start_export(
                project=project,
                by=person(request),
                file_format=said["format"],
                what=What(said["what"]),
                filters=form.filters(),
            )
            return redirect("run", pk=run.pk)
        except ActionError as error:
            form.add_error(None, str(error))
    rows = Run.objects.filter(project=project, kind=Run.Kind.EXPORT).select_related("created_by")[:20]
    context = {"form": form, "exports": [{"run": run, "export": export_of(run)} for run in rows], "hours": EXPORT_HOURS}
    return render(request, "monitoring/export.html", context)


@require_GET
@with_object(Run.objects.filter(kind=Run.Kind.EXPORT).all, Right.EXPORT)
def download(request: HttpRequest, run: Run) -> HttpResponseBase:
    export = export_of(run)
    if export is None or not export["there"]:
        messages.warning(request, f"The file is not there: it is kept for {EXPORT_HOURS} hours. Export again.")
        return redirect("run", pk=run.pk)
    logger.info("export of run %s downloaded by user %s", run.pk, person(request).pk)
    path = exports_of(run) / export["file"]
    answer = FileResponse(
        path.open("rb"), as_attachment=True, filename=path.name, content_type="application/octet-stream"
    )
    answer["Cache-Control"] = "no-store"
    return answer


def export_of(run: Run) -> dict[str, Any] | None:
    """What an export made, once it is done, and whether its file is still there."""
    step = run.steps.first() if run.kind == Run.Kind.EXPORT and run.status == Run.Status.SUCCEEDED else None
    if step is None:
        return None
    there = (exports_of(run) / step.outputs["file"]).is_file()
    said = {"format_name": NAMES[run.params["format"]], "what_name": What(run.params["what"]).label}
    losses = [{**loss, "shown": _shown(loss["places"][:SHOWN_PLACES])} for loss in step.outputs["losses"]]
    return {
        **step.outputs,
        **said,
        "losses": losses,
        "there": there,
        "hours": EXPORT_HOURS,
        "filters": run.params["filters"],
    }


def _shown(places: list[dict[str, Any]]) -> str:
    return ", ".join(f"{p['id']} {p['start']}–{p['end']}" if p["end"] else p["id"] for p in places)
