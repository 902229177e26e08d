"""Answers of the API that are kept for a day, so that a request sent twice is done once."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from django.utils import timezone

from annotation.crypto import Sealed
from annotation.keys import keyring
from annotation.models import Client, KeptReply

KEPT = timedelta(days=1)
# A first request whose process died holds up its key no longer than this.
AT_WORK = timedelta(minutes=2)

__all__ = ["KeptReply", "begin", "expire", "finish", "forget", "read"]


def begin(*, client: Client, key: str, request_sha256: str) -> tuple[KeptReply, bool]:
    """The row of this key, and whether it was there before: then somebody did the work or is at it."""
    now = timezone.now()
    KeptReply.objects.filter(client=client, key=key, expires_at__lt=now).delete()
    KeptReply.objects.filter(client=client, key=key, status=None, created_at__lt=now - AT_WORK).delete()
    row, created = KeptReply.objects.get_or_create(
        client=client, key=key, defaults={"request_sha256": request_sha256, "expires_at": now + KEPT}
    )
    return row, not created


def finish(row: KeptReply, *, status: int, body: str) -> None:
    sealed = keyring().seal(body, bound_to=_bound(row))
    KeptReply.objects.filter(pk=row.pk, status=None).update(
        status=status, ciphertext=sealed.ciphertext, wrapped_key=sealed.wrapped_key, key_id=sealed.key_id
    )


def forget(row: KeptReply) -> None:
    """The work was not done: the key is free again."""
    KeptReply.objects.filter(pk=row.pk, status=None).delete()


def read(row: KeptReply) -> Any:
    """What was answered, as JSON; None while the first request is at work."""
    if row.status is None:
        return None
    sealed = Sealed(bytes(row.ciphertext or b""), bytes(row.wrapped_key or b""), row.key_id)
    return json.loads(keyring().open(sealed, bound_to=_bound(row)))


def expire() -> int:
    """Delete what is older than a day; how many."""
    return KeptReply.objects.filter(expires_at__lt=timezone.now()).delete()[0]


def _bound(row: KeptReply) -> bytes:
    return f"reply:{row.client_id}:{row.key}".encode()
