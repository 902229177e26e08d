"""Batches: send a file of notes to the model in service, or look at those that people and platforms sent."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from annotation.access import Right, in_project, person
from annotation.errors import ActionError
from annotation.models import Project
from training.actions import batches as actions
from training.batches.upload import receive
from training.models import Batch

PER_PAGE = 25


class BatchForm(forms.Form):
    file = forms.FileField(
        help_text="UTF-8, one note a row: JSONL with text and id, or CSV with a header that has text."
    )
    format = forms.ChoiceField(choices=[choice for choice in Batch.Format.choices if choice[0] != Batch.Format.JSON])
    store = forms.BooleanField(
        required=False,
        initial=True,
        label="Keep the notes",
        help_text="They can be found and annotated then. Otherwise nothing of them is left when the batch expires.",
    )

    def clean_file(self) -> UploadedFile[Any]:
        upload: UploadedFile[Any] = self.cleaned_data["file"]
        if (upload.size or 0) > settings.BATCH_MEGABYTES * 10**6:
            raise forms.ValidationError(f"The file has more than {settings.BATCH_MEGABYTES} MB; split it.")
        return upload


@require_http_methods(["GET", "POST"])
@in_project(Right.VIEW)
def batches(request: HttpRequest, project: Project) -> HttpResponse:
    may_send = Right.IMPORT in request.rights  # type: ignore[attr-defined]
    if request.method == "POST" and not may_send:
        raise PermissionDenied(f"Your roles in {project.name} don't include 'import'; ask an admin of the project.")
    form = BatchForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            return redirect("batch", pk=_send(request, project, form.cleaned_data).pk)
        except ActionError as error:
            messages.error(request, str(error))
    rows = Batch.objects.filter(project=project).select_related("client", "created_by", "model")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    shown = {"page_obj": page, "form": form if may_send else None, "days": settings.BATCH_DAYS}
    return render(request, "monitoring/batches.html", shown)


def _send(request: HttpRequest, project: Project, said: dict[str, Any]) -> Batch:
    upload = receive(said["file"].chunks(), most_bytes=settings.BATCH_MEGABYTES * 10**6)
    try:
        return actions.start(
            project=project, upload=upload, file_format=said["format"], by=person(request), store=said["store"]
        )
    except ActionError:
        upload.vault.remove()
        raise
