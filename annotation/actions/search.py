"""Notes are found in the index, a page at a time, in a time that hangs little on how many there are.

See annotation/search/terms.py for buckets. Queries are written by hand, so that they have one plan: a planner that
guesses how often a word occurs reads a million rows when it guesses wrong. ``+ 0`` keeps an index out of a plan.
"""
# ruff: noqa: S608 - what is put into the queries are names of columns and parameters, all of this file

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from annotation.keys import search_terms
from annotation.models import Project
from annotation.search.filters import Filters
from annotation.search.ordering import Place, Sort
from annotation.search.terms import BUCKET, bucket_of

PAGE = 25
# Of a sorted list, so many rows are read in order; when they hold less than a page of what is asked for, as many of
# the newest that match are collected and sorted.
WALKED = 3_000
AMONG = 20_000
ENDS = """SELECT coalesce(max(note_id), 0), coalesce(min(note_id), 0) FROM annotation_noteindex
    WHERE project_id = %(project)s"""
Row = tuple[int, float | datetime | None]
Params = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Found:
    """Ids of the notes of a page, where the pages before and after it begin, and whether only AMONG were sorted."""

    notes: list[int]
    previous: Place | None = None
    next: Place | None = None
    among: bool = False


def find(
    *, project: Project, filters: Filters, sort: Sort = Sort.NEWEST, place: Place | None = None, limit: int = PAGE
) -> Found:
    """The notes of the project that pass the filters, from `place` on."""
    back = bool(place and place.back)
    rows, among = _Query(project, filters, sort, place, limit + 1).run()
    more = len(rows) > limit
    rows = rows[:limit][::-1] if back else rows[:limit]
    if not rows:
        return Found([])
    first, last = Place(*rows[0], back=True), Place(*rows[-1])
    before = more if back else place is not None
    after = back or more
    return Found([note for note, _ in rows], first if before else None, last if after else None, among)


class _Query:
    def __init__(self, project: Project, filters: Filters, sort: Sort, place: Place | None, limit: int) -> None:
        self.sort, self.place = sort, place
        self.back = bool(place and place.back)
        self.terms = search_terms(project.pk)
        self.params: Params = {"project": project.pk, "limit": limit, "walked": WALKED, "among": AMONG}
        self.matches, self.buckets = "", ""
        if filters.all_of() or filters.one_of():
            self._match(filters.sorted_by(sort))
        self.bounds = _bounds(filters, self.params)

    def run(self) -> tuple[list[Row], bool]:
        if not self.matches:
            with connection.cursor() as self.cursor:
                return self._rows(self._plain()), False
        with transaction.atomic(), connection.cursor() as self.cursor:
            # Compiling a query costs more than running it.
            self.cursor.execute("SET LOCAL jit = off")
            if not self.sort.column:
                return sorted(self._rows(self._bucket_by_bucket()), reverse=not self.back), False
            return self._sorted()

    def _rows(self, sql: str) -> list[Row]:
        self.cursor.execute(sql, self.params)
        return [(row[0], row[1]) for row in self.cursor.fetchall()]

    def _plain(self) -> str:
        """In the order of an index, without a filter that needs the terms."""
        return f"""SELECT note_id, {self._value} FROM annotation_noteindex
            WHERE project_id = %(project)s AND {self._beyond()} ORDER BY {self._order()} LIMIT %(limit)s"""

    def _bucket_by_bucket(self) -> str:
        """Newest notes first: each bucket sorted by itself, one after the other until the page is full.

        The outer LIMIT stops the loop over the masks, which goes in their order.
        """
        self._use_buckets()
        return f"""SELECT hit.note_id, NULL FROM {self.buckets} CROSS JOIN LATERAL (
                SELECT note_id FROM annotation_noteindex
                WHERE {self.matches} AND {self._beyond(plus="+ 0")} AND {self.bounds} AND project_id + 0 = %(project)s
                ORDER BY note_id + 0 {"ASC" if self.back else "DESC"} LIMIT %(limit)s
            ) AS hit LIMIT %(limit)s"""

    def _sorted(self) -> tuple[list[Row], bool]:
        self._use_buckets(every=True)
        self.cursor.execute(self._walk(), self.params)
        walked = self.cursor.fetchall()
        if len(walked) == self.params["limit"] or (walked and walked[0][2] < WALKED):
            return [(row[0], row[1]) for row in walked], False
        self.cursor.execute(self._collect(), self.params)
        rows = self.cursor.fetchall()
        return [(row[0], row[1]) for row in rows], bool(rows and rows[0][2] >= AMONG)

    def _walk(self) -> str:
        """Along the index of the sorted column, looking into each row: quick when many rows match."""
        return f"""WITH walked AS MATERIALIZED (
                SELECT note_id, {self._value} AS value, terms, min_score, disagreement FROM annotation_noteindex
                WHERE project_id = %(project)s AND {self._beyond()} ORDER BY {self._order()} LIMIT %(walked)s)
            SELECT note_id, value, (SELECT count(*) FROM walked) FROM walked
            JOIN {self.buckets} ON bucket.place = %(newest)s - note_id / {BUCKET} + 1
            WHERE {self.matches} AND {self.bounds} ORDER BY {self._order("value")} LIMIT %(limit)s"""

    def _collect(self) -> str:
        """All that match, or the newest AMONG of them, then sorted: quick when few rows match."""
        return f"""WITH found AS MATERIALIZED (
                SELECT hit.* FROM {self.buckets} CROSS JOIN LATERAL (
                    SELECT note_id, {self._value} AS value FROM annotation_noteindex
                    WHERE {self.matches} AND {self.bounds} AND {self._value} IS NOT NULL
                    AND project_id + 0 = %(project)s ORDER BY note_id + 0 DESC
                ) AS hit LIMIT %(among)s)
            SELECT note_id, value, (SELECT count(*) FROM found) FROM found
            WHERE {self._beyond("value")} ORDER BY {self._order("value")} LIMIT %(limit)s"""

    @property
    def _value(self) -> str:
        return self.sort.column or "NULL"

    def _use_buckets(self, *, every: bool = False) -> None:
        """The masks of the buckets to look into, in order: from the page's place on, or all, the newest first."""
        self.cursor.execute(ENDS, self.params)
        newest, oldest = self.cursor.fetchone()
        high, low = bucket_of(newest), bucket_of(oldest)
        if self.place and not every:
            high, low = (high, max(low, bucket_of(self.place.note))) if self.back else (
                min(high, bucket_of(self.place.note)), low
            )  # fmt: skip
        buckets = range(low, high + 1) if self.back and not every else range(high, low - 1, -1)
        self.params |= {"masks": [self.terms.mask(bucket) for bucket in buckets], "newest": high}

    def _match(self, filters: Filters) -> None:
        """Conditions on the terms of a row, and the terms that they ask for in each bucket."""
        asked = [("@>", filters.all_of())] if filters.all_of() else []
        asked += [("&&", names) for names in filters.one_of()]
        self.params |= {
            f"bases{n}": [self.terms.base(*name) for name in sorted(names)] for n, (_, names) in enumerate(asked)
        }
        self.matches = " AND ".join(f"terms {sign} bucket.terms{n}" for n, (sign, _) in enumerate(asked))
        masked = (f"ARRAY(SELECT base # mask FROM unnest(%(bases{n})s::bigint[]) AS base)" for n in range(len(asked)))
        columns = ", ".join(f"{array} AS terms{n}" for n, array in enumerate(masked))
        self.buckets = f"""(SELECT place, {columns} FROM unnest(%(masks)s::bigint[]) WITH ORDINALITY AS one(mask, place)
            OFFSET 0) AS bucket"""

    def _beyond(self, column: str = "", plus: str = "") -> str:
        """Rows after the place, or before it."""
        column = column or self.sort.column
        known = f"{column} IS NOT NULL" if column else "TRUE"
        if self.place is None:
            return known
        self.params |= {"note": self.place.note, "value": self.place.value}
        note = f"note_id {plus} {'>' if self.back else '<'} %(note)s"
        if not column:
            return note
        sign = "<" if self.sort.descending != self.back else ">"
        # The first part is for the index, the second decides among equal values.
        return f"{column} {sign}= %(value)s AND ({column} {sign} %(value)s OR {note})"

    def _order(self, column: str = "") -> str:
        column = column or self.sort.column
        note = f"note_id {'ASC' if self.back else 'DESC'}"
        return f"{column} {'DESC' if self.sort.descending != self.back else 'ASC'}, {note}" if column else note


def _bounds(filters: Filters, params: Params) -> str:
    """What terms say to a tenth, exactly."""
    params |= {"disagreement": filters.disagreement, "score": filters.score}
    parts = ["disagreement >= %(disagreement)s"] if filters.disagreement is not None else []
    parts += ["min_score <= %(score)s"] if filters.score is not None else []
    return " AND ".join(parts) or "TRUE"
