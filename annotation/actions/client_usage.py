"""What clients asked, hour by hour, and when each last did. Counts are added, by any number of processes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple, dataclass, fields
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Q

from annotation.models import Client

# What is told of the last use is right to the minute.
LAST_USED = timedelta(minutes=1)


@dataclass(slots=True)
class Use:
    """Requests, their documents and characters, answers 4xx and 5xx."""

    requests: int = 0
    documents: int = 0
    characters: int = 0
    refused: int = 0
    failed: int = 0

    def add(self, other: Use) -> None:
        self.requests += other.requests
        self.documents += other.documents
        self.characters += other.characters
        self.refused += other.refused
        self.failed += other.failed


COLUMNS = tuple(field.name for field in fields(Use))
ADDED = ", ".join(f"{name} = u.{name} + EXCLUDED.{name}" for name in COLUMNS)
UPSERT = f"""
INSERT INTO annotation_clientusage AS u (client_id, hour, {", ".join(COLUMNS)}) VALUES (%s, %s{", %s" * len(COLUMNS)})
ON CONFLICT (client_id, hour) DO UPDATE SET {ADDED}
"""  # noqa: S608 (names of our own)


@transaction.atomic
def add(used: Mapping[tuple[int, datetime], Use], last: Mapping[int, datetime]) -> None:
    """Add what `used` has by client and hour; `last`: when each client was heard last.

    Clients that are not there are left out. Everybody adds in the same order, so that nobody waits for each other.
    """
    known = set(Client.objects.filter(pk__in={pk for pk, _ in used} | set(last)).values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.executemany(UPSERT, [(*key, *astuple(used[key])) for key in sorted(used) if key[0] in known])
    for pk, at in sorted(last.items()):
        earlier = Q(last_used_at=None) | Q(last_used_at__lt=at - LAST_USED)
        Client.objects.filter(earlier, pk=pk).update(last_used_at=at)
