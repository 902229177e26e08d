"""Rows and files that many tests begin with: made once a session by the actions, put back for each test that asks.

Their ids come from the database's own sequences, which never go back within a session: a row that a test makes never
meets a kept one. Moments are moved on, so that what was made a second ago was made a second ago in every test.
"""

from __future__ import annotations

import io
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import connection, models, transaction
from django.test import override_settings
from django.utils import timezone

# Django makes these itself, anew after each test that empties the database.
DJANGOS_OWN = ("django_content_type", "auth_permission", "django_migrations")


@dataclass(frozen=True)
class Table:
    """Rows as COPY writes them: tab between columns, \\N for NULL."""

    name: str
    columns: tuple[str, ...]
    moments: tuple[int, ...]
    text: str

    def later(self, by: Any) -> str:
        """The rows with every moment moved on by a timedelta."""
        lines = []
        for line in self.text.removesuffix("\n").split("\n"):  # not splitlines(): a text may have other ends of lines
            cells = line.split("\t")
            for place in self.moments:
                if cells[place] != r"\N":
                    cells[place] = str(datetime.fromisoformat(cells[place]) + by)
            lines.append("\t".join(cells) + "\n")
        return "".join(lines)


@dataclass(frozen=True)
class Kept:
    """What stood in the database and in the data folder at a moment."""

    tables: tuple[Table, ...]
    folder: Path
    at: datetime

    def put_back(self, folder: Path) -> None:
        by = timezone.now() - self.at
        # At once also for a test without a transaction of its own: a row may come before the one that it refers to.
        with transaction.atomic(), connection.cursor() as cursor:
            for table in self.tables:
                columns = ", ".join(table.columns)
                cursor.copy_expert(f'COPY "{table.name}" ({columns}) FROM STDIN', io.StringIO(table.later(by)))
        shutil.copytree(self.folder, folder, dirs_exist_ok=True, copy_function=self._bring)

    def _bring(self, source: str, target: str) -> None:
        """A model is the test's own, to be tampered with; what the steps kept on their way is large and only linked."""
        linked = Path(source).is_relative_to(self.folder / "work")
        (os.link if linked else shutil.copy2)(source, target)

    def as_it_was(self) -> bool:
        """False when something wrote into a file that is linked, and so into those of all tests to come."""
        return all(path.stat().st_mtime <= self.at.timestamp() for path in self.folder.rglob("*") if path.is_file())


def keep(make: Callable[[], object], folder: Path) -> Kept:
    """Carry out `make` with its data in `folder`, take down all rows there are then, and undo the rows."""
    own = {"DATA_DIR": folder, "MODELS_DIR": folder / "models", "UPLOADS_DIR": folder / "uploads"}
    folder.mkdir(exist_ok=True)
    with override_settings(**own), transaction.atomic():
        make()
        kept = Kept(tuple(_tables()), folder, timezone.now())
        transaction.set_rollback(True)
    return kept


def _tables() -> Iterator[Table]:
    """Every table that has rows; a table comes after those that its rows refer to, as triggers look at them."""
    there = set(connection.introspection.django_table_names(only_existing=True))
    for model in _targets_first():
        name = model._meta.db_table
        if name not in there or name in DJANGOS_OWN:
            continue
        fields = [f for f in model._meta.local_concrete_fields if not getattr(f, "generated", False)]
        columns = tuple(f'"{field.column}"' for field in fields)
        text = io.StringIO()
        with connection.cursor() as cursor:
            cursor.copy_expert(f'COPY (SELECT {", ".join(columns)} FROM "{name}") TO STDOUT', text)
        if text.getvalue():
            moments = tuple(n for n, field in enumerate(fields) if isinstance(field, models.DateTimeField))
            yield Table(name, columns, moments, text.getvalue())


def _targets_first() -> list[type[models.Model]]:
    found: dict[type[models.Model], None] = {}
    open_: set[type[models.Model]] = set()

    def visit(model: type[models.Model]) -> None:
        if model in open_:  # done, or a circle: then the database looks at the end
            return
        open_.add(model)
        for field in model._meta.local_concrete_fields:
            if field.remote_field and field.related_model:
                visit(field.related_model)
        found[model] = None

    for model in apps.get_models(include_auto_created=True):
        if model._meta.managed and not model._meta.proxy:
            visit(model)
    return list(found)
