"""A key as its pages show it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from annotation.models import Client

# So long before its end a key's expiry is warned of.
SOON = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Shown:
    """`state` colours the badge, `says` are its words."""

    client: Client
    state: str
    says: str

    @property
    def is_over(self) -> bool:
        return self.state == "revoked"


def shown(client: Client, now: datetime) -> Shown:
    if client.revoked_at:
        return Shown(client, "revoked", "Revoked")
    if client.expires_at is None or client.expires_at > now + SOON:
        return Shown(client, "valid", "Valid")
    if client.expires_at <= now:
        return Shown(client, "expired", "Expired")
    return Shown(client, "expiring", f"Expires in {_in(client.expires_at - now)}")


def _in(left: timedelta) -> str:
    for unit, length in (("day", timedelta(days=1)), ("hour", timedelta(hours=1))):
        if left >= length:
            count = left // length
            return f"{count} {unit}{'' if count == 1 else 's'}"
    return "less than an hour"
