"""Keys as they are kept, by their hash: whose one is, when it ends, and why it is refused."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime
from math import inf

from django.db.models import Q

from annotation.errors import ActionError
from annotation.models import Client

PREFIX = "mk_"


class KeyRefused(ActionError):  # noqa: N818 - says what happened
    """The key is not answered. `client` is whose it is, where the key's secret was right."""

    def __init__(self, sentence: str, client: Client | None = None) -> None:
        super().__init__(sentence)
        self.client = client


class AddressRefused(KeyRefused):
    """The key is good, but may not be used from where it was sent."""


def hash_key(key: str) -> str:
    """SHA-256: a key has 256 random bits, so nothing slower is needed to keep it from being guessed."""
    return hashlib.sha256(key.encode()).hexdigest()


def new_key() -> tuple[str, str]:
    """A key and its prefix, which is shown later on."""
    prefix = PREFIX + secrets.token_hex(4)
    return f"{prefix}_{secrets.token_urlsafe(32)}", prefix


def find(key: str, digest: str) -> Client:
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


def end(client: Client, digest: str) -> float:
    """When the key of this hash ends: with the client's expiry, an old one after its overlap if that is sooner."""
    ends = [client.expires_at, client.old_until if digest == client.old_key_hash else None]
    return min((end.timestamp() for end in ends if end), default=inf)


def ended(client: Client, digest: str) -> str:
    until = client.old_until
    if until and digest == client.old_key_hash and (client.expires_at is None or until < client.expires_at):
        return f"The API key {client.old_prefix}… was replaced and ended on {_said(until)}; send the new one."
    return f"The API key {client.prefix}… expired on {_said(client.expires_at)}; ask for a later expiry or another key."


def _said(at: datetime | None) -> str:
    return f"{at:%-d %b %Y, %H:%M} UTC" if at else "a day unknown"
