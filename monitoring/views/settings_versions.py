"""What pages of settings by version have in common: the rules of training, the policy, the constraints."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest

from annotation.errors import ActionError

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
    mine: QuerySet[Any], differences: Callable[[Values, Values], list[str]], column: str = "values"
) -> list[dict[str, Any]]:
    """The rows of `mine`, the newest first: each with what it changed in this column; nothing stood there before."""
    rows = list(mine.select_related("created_by").order_by("-version")[: SHOWN + 1])
    stood = [getattr(row, column) for row in rows] + [{}]
    changes = [differences(old, new) for new, old in pairwise(stood)]
    return [{"row": row, "changes": said} for row, said in zip(rows, changes, strict=True)][:SHOWN]
