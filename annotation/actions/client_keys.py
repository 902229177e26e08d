"""Whether a key is answered now, out of a memory of one second."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass

from annotation.actions import client_secrets
from annotation.actions.client_secrets import AddressRefused, KeyRefused, hash_key
from annotation.addresses import Network, contains, networks
from annotation.database import AWAY
from annotation.models import Client

REMEMBERED_SECONDS = 1.0
# While the database is away, a key that was good a moment ago goes on: nobody can revoke it meanwhile either.
AWAY_SECONDS = 600.0
MAX_REMEMBERED = 1000

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Known:
    """A key that was found: whose, when it ends, from where it may come, when it was read and until when that holds."""

    client: Client
    ends: float  # seconds of the epoch, as the other times
    allowed: tuple[Network, ...]
    read: float
    until: float


_recent: dict[str, Known] = {}


def authenticate(key: str, *, address: str = "", now: float | None = None) -> Client:
    """The client that this key belongs to. Raises KeyRefused, or AddressRefused when `address` is not on its list.

    A good key is remembered for a second, so that a busy client does not cost a query a request; one revoked in
    another process is refused a second later at the latest, one that expires at once. `now`: seconds of the epoch.
    """
    now = time.time() if now is None else now
    digest = hash_key(key)
    known = _recent.get(digest)
    # A clock that is set back must not lengthen the second.
    if known is None or not known.read <= now < known.until:
        known = _read(key, digest, now, known)
    if now >= known.ends:
        raise KeyRefused(client_secrets.ended(known.client, digest), known.client)
    if known.allowed and not contains(known.allowed, address):
        reason = f"The key {known.client.prefix}… may not be used from this address; have it added to the key's list."
        raise AddressRefused(reason, known.client)
    return known.client


def forget(client: Client) -> None:
    """What this process remembers of the client's keys holds no longer."""
    for digest in (client.key_hash, client.old_key_hash):
        _recent.pop(digest, None)


def _read(key: str, digest: str, now: float, before: Known | None) -> Known:
    try:
        client = client_secrets.find(key, digest)
    except AWAY:
        if before is None or not before.read <= now < before.read + AWAY_SECONDS:
            raise
        before.until = now + REMEMBERED_SECONDS
        logger.warning("the database is away: the key %s… is answered from memory", before.client.prefix)
        return before
    if len(_recent) >= MAX_REMEMBERED:
        _recent.clear()
    allowed = networks(client.allowed_ips)
    known = Known(client, client_secrets.end(client, digest), allowed, now, now + REMEMBERED_SECONDS)
    _recent[digest] = known
    return known
