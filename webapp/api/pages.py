"""Long lists a page at a time: ``?cursor=&limit=``, and ``next`` in the answer for as long as there is more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Model, QuerySet

MOST = 200
USUAL = 50
# What a column of row numbers can hold.
LAST = 2**63 - 1


class PageError(ValueError):
    """The cursor or the limit can't be read."""


def page(
    rows: QuerySet[Any], asked: Mapping[str, str], *, by: str = "pk", newest_first: bool = True
) -> tuple[list[Any], str | None]:
    """The rows after the cursor in the order of `by`, a unique number, and the next cursor. One query.

    Raises PageError when the cursor is none of ours or the limit is no number from 1 to MOST.
    """
    limit = number(asked.get("limit"), "limit", USUAL, MOST)
    cursor = number(asked.get("cursor"), "cursor", 0, LAST)
    if cursor:
        rows = rows.filter(**{f"{by}__{'lt' if newest_first else 'gt'}": cursor})
    found = list(rows.order_by(f"{'-' if newest_first else ''}{by}")[: limit + 1])
    more = len(found) > limit
    return found[:limit], str(_value(found[limit - 1], by)) if more else None


def number(said: str | None, name: str, usual: int, most: int) -> int:
    if not said:
        return usual
    if not (said.isascii() and said.isdecimal() and len(said) < 20 and 1 <= int(said) <= most):
        limits = f"a number from 1 to {most}" if name == "limit" else "the next of the answer before"
        raise PageError(f'"{name}" can\'t be read; send {limits}, or leave it out.')
    return int(said)


def _value(row: Model, name: str) -> int:
    value: int = getattr(row, name)
    return value
