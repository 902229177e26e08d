"""What a page's script is told: JSON, and every refusal as a status with a sentence."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase, JsonResponse

from annotation.errors import ActionError, TooLate
from annotation.spans import MarkedSpan, SpanError, from_utf16, marked_from_json

# As many as a person can hold, with room for those a slow page still believes it holds.
MAX_HOLDING = 20


def answers_json(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """The outermost decorator of a view that scripts call: errors become ``{"error": sentence}``."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        page_of = request.headers.get("X-Page-User")
        if page_of and request.user.is_authenticated and page_of != str(request.user.pk):
            return JsonResponse({"error": "Somebody else is signed in now; sign in again as yourself."}, status=401)
        try:
            return view(request, *args, **kwargs)
        except PermissionDenied as error:
            return refused(error, 403)
        except TooLate as error:
            return refused(error, 409)
        except (ActionError, SpanError) as error:
            return refused(error, 422)

    return wrapped


def refused(error: Exception, status: int, **more: Any) -> JsonResponse:
    return JsonResponse({"error": str(error), **more}, status=status)


def wants_json(request: HttpRequest) -> bool:
    return "application/json" in request.headers.get("Accept", "")


def read(request: HttpRequest) -> dict[str, Any]:
    """The object that the page sent."""
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError) as error:
        raise ActionError("The page sent something that is not JSON; reload it and try again.") from error
    if not isinstance(body, dict):
        raise ActionError("The page sent something that is no object; reload it and try again.")
    return body


def whole(body: dict[str, Any], *names: str) -> dict[str, int]:
    """The numbers of these names; a page that leaves one out is an old one."""
    for name in names:
        # bool is an int in Python, never a revision.
        if type(body.get(name)) is not int:
            raise ActionError(f"The page sent no whole number as {name}; reload it and try again.")
    return {name: body[name] for name in names}


def words(body: dict[str, Any], name: str) -> str:
    """The text of this name; empty when there is none."""
    value = body.get(name) or ""
    if not isinstance(value, str):
        raise ActionError(f"The page sent no text as {name}; reload it and try again.")
    return value


def holding(body: dict[str, Any]) -> list[int]:
    """The tasks that the page says it has in hand."""
    ids = body.get("holding") or []
    if not isinstance(ids, list) or len(ids) > MAX_HOLDING or any(type(pk) is not int for pk in ids):
        raise ActionError("The page sent no list of the notes it has in hand; reload it and try again.")
    return ids


def marked(text: str, body: dict[str, Any]) -> list[MarkedSpan]:
    """The spans that the page sent, in code points."""
    return from_utf16(text, marked_from_json(body.get("spans")))
