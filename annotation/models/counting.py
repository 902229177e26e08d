"""Figures that stay quick at a million rows."""

from __future__ import annotations

from typing import Any

from django.db.models import Aggregate, FloatField, IntegerField, QuerySet, Subquery

# Where the pages stop counting and say "10,000+".
COUNTED = 10_000


class CountTo(Subquery):
    """How many rows a query finds, counted up to one more than `bound`; `column` is one that its index holds."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()

    def __init__(self, rows: QuerySet[Any], column: str, bound: int = COUNTED) -> None:
        super().__init__(rows.order_by().values(column)[: bound + 1])


class Median(Aggregate):
    """The value in the middle."""

    template = "percentile_cont(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()
