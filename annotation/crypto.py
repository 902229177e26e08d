"""Encryption of note text: AES-256-GCM with one data key a note, wrapped by a key-encryption key.

Destroying a note's wrapped key makes its text unreadable for ever, in every backup too. No Django in here.
Layout of both ciphertexts: 12 bytes nonce, then AES-GCM's output. Source: NIST SP 800-38D; DPDP Rules 2025, rule 6.
"""

from __future__ import annotations

import base64
import hmac
import os
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
NONCE_BYTES = 12


class KeyringError(ValueError):
    """A key is missing or malformed; the message never holds key material."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A text at rest: its ciphertext, its own key under the key-encryption key, and that key's name."""

    ciphertext: bytes
    wrapped_key: bytes
    key_id: str


class Keyring:
    """Key-encryption keys by name; the first one wraps new notes, the others still open old ones."""

    def __init__(self, keys: dict[str, bytes]) -> None:
        for name, key in keys.items():
            if len(key) != KEY_BYTES:
                raise KeyringError(f"Key {name!r} has {len(key)} bytes, not {KEY_BYTES}; generate it anew.")
        if not keys:
            raise KeyringError("NOTE_KEYS names no key; give at least one as name:base64.")
        self._ciphers = {name: AESGCM(key) for name, key in keys.items()}
        self.current = next(iter(keys))

    @classmethod
    def parse(cls, value: str) -> Keyring:
        """A keyring from ``name:base64[,name:base64…]``, the current key first."""
        keys = {}
        for part in filter(None, value.split(",")):
            name, separator, encoded = part.strip().partition(":")
            if not separator:
                raise KeyringError("NOTE_KEYS has a part without a name; write it as name:base64.")
            keys[name] = decode_key(encoded, name=f"NOTE_KEYS {name!r}")
        return cls(keys)

    def seal(self, text: str, *, bound_to: bytes) -> Sealed:
        """Encrypt `text`, bound to its row: another row's `bound_to` can't open it."""
        data_key = AESGCM.generate_key(KEY_BYTES * 8)
        ciphertext = _encrypt(AESGCM(data_key), text.encode(), bound_to)
        return Sealed(ciphertext, _encrypt(self._ciphers[self.current], data_key, bound_to), self.current)

    def open(self, sealed: Sealed, *, bound_to: bytes) -> str:
        """The text exactly as sealed; :class:`KeyringError` when the key is unknown or anything was changed."""
        return self.open_beside(sealed, sealed.ciphertext, owner=bound_to, bound_to=bound_to)

    def seal_beside(self, sealed: Sealed, text: str, *, owner: bytes, bound_to: bytes) -> bytes:
        """Encrypt another text under the data key of `sealed`, whose row is `owner`; bound to its own row."""
        return _encrypt(self._data_cipher(sealed, owner), text.encode(), bound_to)

    def open_beside(self, sealed: Sealed, ciphertext: bytes, *, owner: bytes, bound_to: bytes) -> str:
        """The text that :meth:`seal_beside` sealed; :class:`KeyringError` as in :meth:`open`."""
        cipher = self._data_cipher(sealed, owner)
        try:
            return _decrypt(cipher, ciphertext, bound_to).decode()
        except InvalidTag as error:
            raise KeyringError(f"A note does not open with key {sealed.key_id!r}: row or key changed.") from error

    def _data_cipher(self, sealed: Sealed, owner: bytes) -> AESGCM:
        if not sealed.wrapped_key:
            raise KeyringError("The note does not open: it was erased and its key destroyed.")
        cipher = self._ciphers.get(sealed.key_id)
        if cipher is None:
            raise KeyringError(f"Key {sealed.key_id!r} is not in NOTE_KEYS; add it again to read old notes.")
        try:
            return AESGCM(_decrypt(cipher, sealed.wrapped_key, owner))
        except InvalidTag as error:
            raise KeyringError(f"A note does not open with key {sealed.key_id!r}: row or key changed.") from error


def decode_key(encoded: str, *, name: str) -> bytes:
    try:
        return base64.b64decode(encoded, validate=True)
    except ValueError as error:  # binascii.Error is one; so is what a sign outside ASCII raises
        raise KeyringError(f"{name} is not base64; generate it anew.") from error


def keyed_hash(key: bytes, *parts: str) -> str:
    """HMAC-SHA256 of `parts` in hex: pseudonyms, duplicate checks, audit draws. Parts can't run into each other."""
    pieces: list[bytes] = []
    for part in parts:
        data = part.encode()
        pieces += (len(data).to_bytes(4, "big"), data)
    message = b"".join(pieces)
    return hmac.digest(key, message, "sha256").hex()


def _encrypt(cipher: AESGCM, data: bytes, bound_to: bytes) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return nonce + cipher.encrypt(nonce, data, bound_to)


def _decrypt(cipher: AESGCM, data: bytes, bound_to: bytes) -> bytes:
    return cipher.decrypt(data[:NONCE_BYTES], data[NONCE_BYTES:], bound_to)
