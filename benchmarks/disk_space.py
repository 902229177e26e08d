"""What tables, files and the write-ahead log take."""

from __future__ import annotations

import re
from pathlib import Path

from django.db import connection

TABLES = """
SELECT relname, pg_total_relation_size(oid) FROM pg_class
WHERE relkind = 'r' AND relname ~ '^(annotation|training)_' ORDER BY relname
"""


def of_tables() -> dict[str, int]:
    """Bytes of each table with its indexes; the months of the prediction log together."""
    sizes: dict[str, int] = {}
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        for name, size in cursor.fetchall():
            whole = re.sub(r"_(rest|\d{4}_\d\d)$", "", name)
            sizes[whole] = sizes.get(whole, 0) + size
    return sizes


def written_ahead() -> int:
    """The position of the write-ahead log, in bytes since the database was made."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_wal_lsn() - '0/0'::pg_lsn")
        return int(cursor.fetchone()[0])


def of_folder(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
