"""Lists of rows that come in, each with a verdict of its own: one that can't be taken does not hold up the others."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from rest_framework.response import Response

from webapp.api.documents import RequestError
from webapp.api.problems import problem

MOST_ROWS = 100
CONFLICT, ERROR = "conflict", "error"


def rows_of(body: object, name: str) -> list[Mapping[str, Any]]:
    """The objects under `name`, the body's only field. Raises RequestError."""
    if not isinstance(body, Mapping) or body.keys() != {name} or not isinstance(body[name], list):
        raise RequestError(f'The body is no object with the list "{name}" alone; send {{"{name}": […]}}.')
    rows = body[name]
    if not 1 <= len(rows) <= MOST_ROWS:
        raise RequestError(f'"{name}" has {len(rows)} entries; send 1 to {MOST_ROWS} a request.')
    for number, row in enumerate(rows):
        if not isinstance(row, Mapping):
            raise RequestError(f"{name}[{number}] is {type(row).__name__}, not an object; send an object.")
    return rows


def only(row: Mapping[str, Any], known: Collection[str], where: str) -> None:
    """Raises RequestError when the row has a field that nobody reads."""
    if not row.keys() <= set(known):
        raise RequestError(f"{where} has a field that is unknown; it takes {', '.join(sorted(known))}.")


def told(name: str, rows: Sequence[dict[str, Any]]) -> Response:
    """200 with what became of each row; when none was taken 409 if all clash with what is there, else 422."""
    states = {row["status"] for row in rows}
    more: dict[str, Any] = {name: list(rows)}
    if not states <= {CONFLICT, ERROR}:
        return Response(more)
    if states == {CONFLICT}:
        return problem(409, f"None of the {name} was taken: each clashes with what is there.", **more)
    return problem(422, f"None of the {name} can be taken; each has its reason.", **more)
