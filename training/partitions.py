"""The months of the prediction log: each is a table of its own, made ahead, dropped whole when its time is over."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

TABLE = "training_prediction"
REST = f"{TABLE}_rest"
AHEAD = 3


def ensure(today: date, *, ahead: int = AHEAD) -> list[str]:
    """Make the parts of this month and of the next `ahead`; the names of those that were new.

    A prediction of a month without a part went into the part for the rest, so nothing was refused: it moves.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        present = _present(cursor)
        missing = [first for first in _months(today, ahead + 1) if name(first) not in present]
        for first in missing:
            _make(cursor, first)
    return [name(first) for first in missing]


def _make(cursor: CursorWrapper, first: date) -> None:
    part, span = name(first), (f"{first} 00:00+00", f"{next_month(first)} 00:00+00")
    cursor.execute(f"CREATE TABLE {part} (LIKE {TABLE} INCLUDING DEFAULTS)")
    cursor.execute(
        f"WITH moved AS (DELETE FROM {REST} WHERE created_at >= %s AND created_at < %s RETURNING *) "  # noqa: S608 (names of our own)
        f"INSERT INTO {part} SELECT * FROM moved",
        span,
    )
    cursor.execute(f"ALTER TABLE {TABLE} ATTACH PARTITION {part} FOR VALUES FROM (%s) TO (%s)", span)


def drop_before(month: date) -> list[str]:
    """Drop the parts of all months before that of `month`, for good; their names."""
    with transaction.atomic(), connection.cursor() as cursor:
        old = sorted(part for part in _present(cursor) if part != REST and part < name(month))
        for part in old:
            cursor.execute(f"DROP TABLE {part}")
    return old


def name(month: date) -> str:
    return f"{TABLE}_{month:%Y_%m}"


def next_month(first: date) -> date:
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)


def _months(today: date, count: int) -> Iterator[date]:
    first = today.replace(day=1)
    for _ in range(count):
        yield first
        first = next_month(first)


def _present(cursor: CursorWrapper) -> set[str]:
    cursor.execute(
        "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = %s::regclass",
        [TABLE],
    )
    return {row[0] for row in cursor.fetchall()}
