"""Keys of the systems that call the API."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Collection

from django.db import IntegrityError, transaction
from django.utils import timezone

from annotation.errors import ActionError, TooLate
from annotation.models import Client, Project, User
from annotation.models.client import SCOPES

PREFIX = "mk_"
MAX_NAME = 80
REMEMBERED_SECONDS = 1.0
MAX_REMEMBERED = 1000
_recent: dict[str, tuple[Client, float]] = {}


def hash_key(key: str) -> str:
    """SHA-256: a key has 256 random bits, so nothing slower is needed to keep it from being guessed."""
    return hashlib.sha256(key.encode()).hexdigest()


@transaction.atomic
def create(
    *, project: Project, name: str, by: User | None, scopes: Collection[str] = ("extract",)
) -> tuple[Client, str]:
    """A client and its key. The key is returned this once and can't be read again.

    `scopes` is what the key may do: extract (notes in, entities out), read (datasets with the notes' texts, runs,
    models), train (start a training).
    """
    name = " ".join(name.split())
    if not name or len(name) > MAX_NAME or not name.isprintable():
        raise ActionError(f"A client needs a name of 1 to {MAX_NAME} characters; write which system will use the key.")
    unknown = sorted(set(scopes) - set(SCOPES))
    if unknown or not scopes:
        raise ActionError(
            f"The scopes of a key are {', '.join(unknown) or 'none'}; give it one or more of {', '.join(SCOPES)}."
        )
    prefix = PREFIX + secrets.token_hex(4)
    key = f"{prefix}_{secrets.token_urlsafe(32)}"
    allowed = [scope for scope in SCOPES if scope in scopes]
    row = Client(project=project, name=name, prefix=prefix, key_hash=hash_key(key), created_by=by, scopes=allowed)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        reason = f"A client {name!r} has a valid key already; revoke it first or choose another name."
        raise ActionError(reason) from error
    return row, key


def authenticate(key: str) -> Client | None:
    """The client that this key belongs to, unless it is unknown or revoked.

    A valid answer is remembered for a second, so that a busy client does not cost a query a request; a key revoked in
    another process is refused a second later at the latest.
    """
    digest = hash_key(key)
    client, until = _recent.get(digest, (None, 0.0))
    if client and time.monotonic() < until:
        return client
    prefix = "_".join(key.split("_")[:2])[:12]
    client = Client.objects.select_related("project").filter(prefix=prefix, revoked_at=None).first()
    if client is None or not secrets.compare_digest(client.key_hash, digest):
        return None
    if len(_recent) >= MAX_REMEMBERED:
        _recent.clear()
    _recent[digest] = (client, time.monotonic() + REMEMBERED_SECONDS)
    return client


def revoke(*, client: Client, by: User) -> None:
    """End the key: no process answers it longer than a second from now."""
    rows = Client.objects.filter(pk=client.pk, revoked_at=None)
    if not rows.update(revoked_at=timezone.now(), revoked_by=by):
        raise TooLate(f"The key of {client.name} was revoked already.")
    _recent.pop(client.key_hash, None)
