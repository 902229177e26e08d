"""Planted words, and where they are looked for: data, log lines, tables, files."""

from __future__ import annotations

import copy
import json
import logging
import logging.config
from pathlib import Path
from typing import Any

from django.db import connection

# A name, a phone number, a name in Devanagari: no note of the generator has them.
CANARIES = ("Qwertilal", "98765-00001", "क्वर्टीलाल")
TEXT = f"Pt. {CANARIES[0]} ({CANARIES[2]}), ph {CANARIES[1]}\nk/c/o diabetes, Qwertilalitis; Rx metformin"
PATIENT = f"{CANARIES[0]} {CANARIES[1]}"


def canaries_in(data: str | bytes) -> list[str]:
    """The planted words in `data`: in the clear, as JSON escapes, or as PostgreSQL shows bytes."""
    text = data if isinstance(data, str) else data.decode("utf-8", "replace")
    forms = {word: (word, json.dumps(word).strip('"'), word.encode().hex()) for word in CANARIES}
    return [word for word, shapes in forms.items() if any(shape.lower() in text.lower() for shape in shapes)]


class Lines(logging.Handler):
    """What the console would show: the product's own formatter and filters."""

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__(logging.DEBUG)
        maker = logging.config.DictConfigurator(config)
        console = config["handlers"]["console"]
        self.setFormatter(maker.configure_formatter(dict(config["formatters"][console["formatter"]])))
        for name in console["filters"]:
            self.addFilter(maker.configure_filter(dict(config["filters"][name])))
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        record = copy.copy(record)
        record.exc_text = None  # pytest's own handler may have written it
        self.lines.append(self.format(record))


def tables_with_canaries() -> list[str]:
    """Every table of the database of which a row, shown as text with its JSON and bytes, has a planted word."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        found = []
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT row::text FROM "{table}" AS row')
            if any(canaries_in(row) for (row,) in cursor.fetchall()):
                found.append(table)
    return found


def files_with_canaries(folder: Path) -> list[str]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [str(path) for path in files if canaries_in(path.read_bytes()) or canaries_in(path.name)]
