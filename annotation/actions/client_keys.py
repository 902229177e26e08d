"""Whose key it is, and whether it is answered now."""

from __future__ import annotations

import hashlib
import logging
import secrets
import time
from dataclasses import dataclass
from datetime import datetime
from math import inf

from django.db import InterfaceError, OperationalError
from django.db.models import Q

from annotation.addresses import Network, contains, networks
from annotation.errors import ActionError
from annotation.models import Client

PREFIX = "mk_"
REMEMBERED_SECONDS = 1.0
# While the database is away, a key that was good a moment ago goes on: nobody can revoke it meanwhile either.
AWAY_SECONDS = 600.0
MAX_REMEMBERED = 1000
AWAY = (OperationalError, InterfaceError)

logger = logging.getLogger(__name__)


class KeyRefused(ActionError):  # noqa: N818 - says what happened
    """The key is not answered. `client` is whose it is, where the key's secret was right."""

    def __init__(self, sentence: str, client: Client | None = None) -> None:
        super().__init__(sentence)
        self.client = client


class AddressRefused(KeyRefused):
    """The key is good, but may not be used from where it was sent."""


@dataclass(slots=True)
class Known:
    """A key that was found: whose, when it ends, from where it may come, when it was read and until when that holds."""

    client: Client
    ends: float  # seconds of the epoch, as the other times
    allowed: tuple[Network, ...]
    read: float
    until: float


_recent: dict[str, Known] = {}


def hash_key(key: str) -> str:
    """SHA-256: a key has 256 random bits, so nothing slower is needed to keep it from being guessed."""
    return hashlib.sha256(key.encode()).hexdigest()


def new_key() -> tuple[str, str]:
    """A key and its prefix, which is shown later on."""
    prefix = PREFIX + secrets.token_hex(4)
    return f"{prefix}_{secrets.token_urlsafe(32)}", prefix


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
        raise KeyRefused(_ended(known.client, digest), known.client)
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
        client = _find(key, digest)
    except AWAY:
        if before is None or not before.read <= now < before.read + AWAY_SECONDS:
            raise
        before.until = now + REMEMBERED_SECONDS
        logger.warning("the database is away: the key %s… is answered from memory", before.client.prefix)
        return before
    if len(_recent) >= MAX_REMEMBERED:
        _recent.clear()
    until = now + REMEMBERED_SECONDS
    _recent[digest] = known = Known(client, _end(client, digest), networks(client.allowed_ips), now, until)
    return known


def _find(key: str, digest: str) -> Client:
    """Raises KeyRefused when it is nobody's or was revoked."""
    prefix = "_".join(key.split("_")[:2])[:12]
    rows = Client.objects.select_related("project").filter(Q(prefix=prefix) | Q(old_prefix=prefix))
    for client in rows if prefix.isprintable() else ():
        right = secrets.compare_digest(client.key_hash, digest)
        if right or secrets.compare_digest(client.old_key_hash, digest):
            if client.revoked_at:
                reason = f"The API key {prefix}… was revoked; send Authorization: Bearer KEY with another key."
                raise KeyRefused(reason, client)
            return client
    raise KeyRefused("The API key is unknown; send Authorization: Bearer KEY.")


def _end(client: Client, digest: str) -> float:
    """When the key of this hash ends: with the client's expiry, an old one after its overlap if that is sooner."""
    ends = [client.expires_at, client.old_until if digest == client.old_key_hash else None]
    return min((end.timestamp() for end in ends if end), default=inf)


def _ended(client: Client, digest: str) -> str:
    until = client.old_until
    if until and digest == client.old_key_hash and (client.expires_at is None or until < client.expires_at):
        return f"The API key {client.old_prefix}… was replaced and ended on {_said(until)}; send the new one."
    return f"The API key {client.prefix}… expired on {_said(client.expires_at)}; ask for a later expiry or another key."


def _said(at: datetime | None) -> str:
    return f"{at:%-d %b %Y, %H:%M} UTC" if at else "a day unknown"
