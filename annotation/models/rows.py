"""Rows read by statements that are written once: Django compiles each query anew, which takes longer than to run it.

For what every request begins with, and for nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, TypeVar

from django.db import connection, models

Row = TypeVar("Row", bound=models.Model)


@cache
def columns(model: type[models.Model], table: str) -> str:
    """The model's columns for a SELECT from `table`, in the order that :func:`build` expects."""
    return ", ".join(f'{table}."{field.column}"' for field in model._meta.concrete_fields)


@cache
def _converters(model: type[models.Model]) -> list[tuple[int, Any]]:
    fields = enumerate(model._meta.concrete_fields)
    return [(at, convert) for at, field in fields for convert in field.get_db_converters(connection)]


@cache
def _names(model: type[models.Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]


def build(model: type[Row], values: Iterator[Any]) -> Row:
    """A row of `model` from as many of `values` as it has columns."""
    cells = [next(values) for _ in _names(model)]
    for at, convert in _converters(model):
        cells[at] = convert(cells[at], None, connection)
    return model.from_db(connection.alias, _names(model), cells)


def fetch(statement: str, values: Sequence[Any]) -> Iterator[Any] | None:
    """The first row that the statement finds."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        found = cursor.fetchone()
    return iter(found) if found else None


@cache
def _by_key(model: type[models.Model], column: str) -> str:
    table = model._meta.db_table
    return f'SELECT {columns(model, table)} FROM {table} WHERE "{column}" = %s'  # noqa: S608 (names only)


def by_key(model: type[Row], column: str, value: object) -> Row | None:
    """The row whose unique `column` has this value."""
    found = fetch(_by_key(model, column), [value])
    return build(model, found) if found else None
