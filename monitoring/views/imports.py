"""Upload a file of notes; a worker reads it while the page shows how far it is."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from annotation.access import Right, in_project, person
from annotation.formats import FORMATS, NAMES, parse_label_map
from annotation.keys import pseudonym
from annotation.models import Project
from training.actions import runs
from training.models import Run

MAX_BYTES = 200 * 1024 * 1024


class ImportForm(forms.Form):
    file = forms.FileField(
        help_text="At most 200 MB. BRAT comes as a .zip of its .txt and .ann files; a DocBin unpacks to at most 256 MB."
    )
    format = forms.ChoiceField(choices=[(name, NAMES[name]) for name in FORMATS])
    gold = forms.BooleanField(required=False, label="The file's spans are gold")
    label_map = forms.CharField(
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "placeholder": "Chemical=TREATMENT\nDisease=DISEASE"}),
        label="Labels of the file",
        help_text="One FROM=TO a line; FROM= leaves those spans out.",
    )

    def clean_file(self) -> UploadedFile[Any]:
        upload: UploadedFile[Any] = self.cleaned_data["file"]
        if (upload.size or 0) > MAX_BYTES:
            raise forms.ValidationError("The file has more than 200 MB; split it.")
        return upload

    def clean_label_map(self) -> dict[str, str]:
        try:
            return parse_label_map(line for line in self.cleaned_data["label_map"].splitlines() if line.strip())
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error


@require_http_methods(["GET", "POST"])
@in_project(Right.IMPORT)
def upload(request: HttpRequest, project: Project) -> HttpResponse:
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        name = keep(form.cleaned_data["file"])
        params = {"format": form.cleaned_data["format"], "gold": form.cleaned_data["gold"]}
        run = runs.start_import(
            project=project,
            by=person(request),
            upload=name,
            params={**params, "label_map": form.cleaned_data["label_map"]},
        )
        return redirect("run", pk=run.pk)
    rows = Run.objects.filter(project=project, kind=Run.Kind.INGEST).select_related("created_by")[:10]
    return render(request, "monitoring/import.html", {"form": form, "runs": rows})


def keep(upload: UploadedFile[Any]) -> str:
    """Store the upload where workers find it, readable by this user alone; returns where.

    Formats without ids number a file's notes after its name. The name may be a patient's, so a pseudonym stands in:
    the same file sent again still has the same ids.
    """
    name = upload.name or ""
    suffix = ".zip" if Path(name).suffix.lower() == ".zip" else ""
    place = f"{uuid.uuid4()}/upload-{pseudonym('file', name)[:12]}{suffix}"
    path = settings.UPLOADS_DIR / place
    path.parent.mkdir(parents=True, mode=0o700)
    path.touch(mode=0o600)
    with path.open("wb") as file:
        for chunk in upload.chunks():
            file.write(chunk)
    return place
