"""What a key is made with: scopes, expiry, addresses, rate. Checked the same when it is made and when it is edited."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.utils import timezone

from annotation.addresses import AddressError, normal
from annotation.errors import ActionError
from annotation.models.client import SCOPES

MAX_NAME = 80
# Requests a minute over time, and at once before that counts.
RATE, BURST = 3_000, 500
MAX_RATE, MAX_BURST = 1_000_000, 100_000
MAX_ADDRESSES = 100


def name(said: str) -> str:
    found = " ".join(said.split())
    if not found or len(found) > MAX_NAME or not found.isprintable():
        raise ActionError(f"A client needs a name of 1 to {MAX_NAME} characters; write which system will use the key.")
    return found


def scopes(said: Collection[str]) -> list[str]:
    unknown = sorted(set(said) - set(SCOPES))
    if unknown or not said:
        raise ActionError(
            f"The scopes of a key are {', '.join(unknown) or 'none'}; give it one or more of {', '.join(SCOPES)}."
        )
    return [scope for scope in SCOPES if scope in said]


def limits(*, allowed_ips: Iterable[str], rate_per_minute: int, burst: int) -> dict[str, Any]:
    """The columns of addresses and rate."""
    try:
        addresses = normal(allowed_ips)
    except AddressError as error:
        raise ActionError(str(error)) from error
    if len(addresses) > MAX_ADDRESSES:
        raise ActionError(f"The list has {len(addresses)} addresses; write networks, at most {MAX_ADDRESSES} in all.")
    if not 1 <= rate_per_minute <= MAX_RATE:
        raise ActionError(f"The rate is {rate_per_minute}; give 1 to {MAX_RATE:,} requests a minute.")
    if not 1 <= burst <= MAX_BURST:
        raise ActionError(f"The burst is {burst}; give 1 to {MAX_BURST:,} requests at once.")
    return {"allowed_ips": addresses, "rate_per_minute": rate_per_minute, "burst": burst}


def expiry(said: datetime | None) -> datetime | None:
    if said is not None and said <= timezone.now():
        raise ActionError(f"The key would have expired on {said:%-d %b %Y}; choose a later day, or none.")
    return said
