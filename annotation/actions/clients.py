"""Keys of the systems that call the API."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from annotation.actions import client_keys, client_secrets, client_terms
from annotation.actions.client_terms import BURST, RATE
from annotation.errors import ActionError, TooLate
from annotation.models import Client, Project, User

MAX_OVERLAP = timedelta(days=90)

logger = logging.getLogger(__name__)


@transaction.atomic
def create(
    *,
    project: Project,
    name: str,
    by: User | None,
    scopes: Collection[str] = ("extract",),
    expires_at: datetime | None = None,
    allowed_ips: Iterable[str] = (),
    rate_per_minute: int = RATE,
    burst: int = BURST,
) -> tuple[Client, str]:
    """A client and its key. The key is returned this once and can't be read again.

    `scopes` is what the key may do: extract (notes in, entities out), jobs (batches of them), feedback (what is true of
    them), read (datasets with the notes' texts, runs, models), write (notes and annotations in), train (start a
    training). `allowed_ips`: addresses and networks; none: from anywhere.
    """
    name = client_terms.name(name)
    columns: dict[str, Any] = client_terms.limits(allowed_ips=allowed_ips, rate_per_minute=rate_per_minute, burst=burst)
    columns |= {"scopes": client_terms.scopes(scopes), "expires_at": client_terms.expiry(expires_at)}
    key, prefix = client_secrets.new_key()
    digest = client_secrets.hash_key(key)
    row = Client(project=project, name=name, prefix=prefix, key_hash=digest, created_by=by, **columns)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        reason = f"A client {name!r} has a valid key already; revoke it first or choose another name."
        raise ActionError(reason) from error
    return row, key


def edit(
    *,
    client: Client,
    by: User,
    scopes: Collection[str],
    expires_at: datetime | None,
    allowed_ips: Iterable[str],
    rate_per_minute: int,
    burst: int,
) -> None:
    """Change what the key may do; it counts a second from now in every process at the latest."""
    columns = client_terms.limits(allowed_ips=allowed_ips, rate_per_minute=rate_per_minute, burst=burst)
    columns |= {"scopes": client_terms.scopes(scopes)}
    if expires_at != client.expires_at:
        columns |= {"expires_at": client_terms.expiry(expires_at)}
    if not Client.objects.filter(pk=client.pk, revoked_at=None).update(**columns):
        raise TooLate(f"The key of {client.name} was revoked already; make a new one.")
    client_keys.forget(client)
    logger.info("client %s was changed by user %s", client.pk, by.pk)


def rotate(*, client: Client, by: User, overlap: timedelta) -> str:
    """A new key for the client, returned this once. The one before goes on for `overlap`; one before that ends now."""
    if not timedelta() <= overlap <= MAX_OVERLAP:
        raise ActionError(f"The old key can go on for at most {MAX_OVERLAP.days} days; choose a shorter time.")
    now = timezone.now()
    if client.expires_at and client.expires_at <= now:
        raise ActionError(f"The key of {client.name} has expired, and a new one would have too; set a later expiry.")
    key, prefix = client_secrets.new_key()
    old: dict[str, Any] = {"old_prefix": None, "old_key_hash": "", "old_until": None}
    if overlap:
        old = {"old_prefix": client.prefix, "old_key_hash": client.key_hash, "old_until": now + overlap}
    rows = Client.objects.filter(pk=client.pk, prefix=client.prefix, revoked_at=None)
    if not rows.update(prefix=prefix, key_hash=client_secrets.hash_key(key), **old):
        raise TooLate(f"The key of {client.name} was rotated or revoked already; nothing was done.")
    client_keys.forget(client)
    logger.info("the key of client %s was rotated by user %s", client.pk, by.pk)
    return key


def revoke(*, client: Client, by: User) -> None:
    """End the client's keys: no process answers them longer than a second from now."""
    rows = Client.objects.filter(pk=client.pk, revoked_at=None)
    if not rows.update(revoked_at=timezone.now(), revoked_by=by):
        raise TooLate(f"The key of {client.name} was revoked already.")
    client_keys.forget(client)


def forget_old_keys(now: datetime | None = None) -> int:
    """Remove the hashes of keys whose overlap is over; how many there were."""
    rows = Client.objects.filter(old_until__lt=now or timezone.now())
    return rows.update(old_prefix=None, old_key_hash="", old_until=None)
