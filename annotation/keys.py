"""The keys in use, read once from the settings."""

from __future__ import annotations

from functools import cache, lru_cache

from django.conf import settings

from annotation.crypto import Keyring, decode_key, keyed_hash
from annotation.search.terms import Terms


@cache
def keyring() -> Keyring:
    return Keyring.parse(settings.NOTE_KEYS)


@cache
def _pseudonym_key() -> bytes:
    return decode_key(settings.PSEUDONYM_KEY, name="PSEUDONYM_KEY")


def pseudonym(kind: str, value: str) -> str:
    """A stable stand-in of 32 hex characters for a patient or doctor; empty stays empty."""
    return keyed_hash(_pseudonym_key(), kind, value)[:32] if value else ""


def fingerprint(project_id: int, text: str) -> str:
    """Tells whether two notes of a project have the same text, without keeping the text (64 hex characters)."""
    return keyed_hash(_pseudonym_key(), "text", str(project_id), text)


@lru_cache(maxsize=64)
def search_terms(project_id: int) -> Terms:
    """What the notes of a project are found by."""
    return Terms(_pseudonym_key(), project_id)


def draw(uid: str, rate: float, *, kind: str = "audit") -> bool:
    """Whether the note with this uid falls into a sample; nobody can steer it without the key."""
    return rate > 0 and int(keyed_hash(_pseudonym_key(), kind, uid)[:13], 16) < rate * 16**13


def signature(kind: str, value: str) -> str:
    """A keyed hash that says: this value was made here (64 hex characters)."""
    return keyed_hash(_pseudonym_key(), f"signature:{kind}", value)
