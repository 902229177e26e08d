"""What the pages of settings by version have in common: the rules of training, and the policy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Model
from django.http import HttpRequest

from annotation.errors import ActionError
from annotation.models import Project

SHOWN = 50
Values = Mapping[str, Any]


def save(
    request: HttpRequest, form: forms.Form, changed: Values, noun: str, change: Callable[..., Any], **more: Any
) -> bool:
    """Put what was changed in force by `change`; False when the form has to say why not."""
    if not changed:
        messages.info(request, "Nothing was changed.")
        return True
    said = form.cleaned_data
    try:
        made = change(values=changed, reason=said["reason"], base=said["base"], **more)
    except ActionError as error:
        form.add_error(None, str(error))
        return False
    messages.success(request, f"Version {made.version} of the {noun} is in force.")
    return True


def versions(
    rows_of: type[Model], project: Project, differences: Callable[[Values, Values], list[str]]
) -> list[dict[str, Any]]:
    """The rows of a project, the newest first: each with what it changed."""
    mine = rows_of._default_manager.filter(project=project)
    rows: list[Any] = list(mine.select_related("created_by").order_by("-version"))
    before = [row.values for row in rows[1:]] + [{}]
    told = [{"row": row, "changes": differences(old, row.values)} for row, old in zip(rows, before, strict=False)]
    return told[:SHOWN]
