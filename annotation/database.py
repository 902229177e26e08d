"""What the database may do that is no fault of the caller: be away, or have been changed by somebody else first."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from django.db import IntegrityError, InterfaceError, OperationalError, connection

# What a database that is away or restarting raises.
AWAY = (OperationalError, InterfaceError)
TRIES = 3
T = TypeVar("T")


def again_when_overtaken(write: Callable[[], T]) -> T:
    """Do a transaction that stores notes, and look again when another process stored one of their ids a moment ago.

    Raises IntegrityError when that happens every time.
    """
    for _ in range(TRIES - 1):
        with suppress(IntegrityError):
            return write()
    return write()


def settle_with_the_next() -> None:
    """This transaction's commit does not wait for the disk; the next one that does waits for both.

    For a part of longer work that calls :func:`all_settled` in the end. A server that breaks down before may lose the
    part, never half of it.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit TO off")


def all_settled() -> None:
    """Wait until everything that was committed is on the disk."""
    with connection.cursor() as cursor:
        # Something has to be written to the log for its commit to wait for all before it; nobody reads the message.
        cursor.execute("SELECT pg_logical_emit_message(true, 'marginalia', '')")
