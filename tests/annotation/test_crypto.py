from __future__ import annotations

import base64
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.crypto import Keyring, KeyringError, Sealed, decode_key, keyed_hash

OLD, NEW = b"o" * 32, b"n" * 32
ROW, OTHER_ROW = b"row-1", b"row-2"
TEXT = "Pt. Ramesh 😀\r\nहृदय  रोग "
PARTS = st.lists(st.text(max_size=4), max_size=4)


def named(name: str, key: bytes) -> str:
    return f"{name}:{base64.b64encode(key).decode()}"


@given(text=st.text(st.characters(exclude_categories=["Cs"]), max_size=200))
def test_open_gives_the_text_exactly(text: str) -> None:
    keyring = Keyring({"new": NEW})
    assert keyring.open(keyring.seal(text, bound_to=ROW), bound_to=ROW) == text


def test_seal_twice_shares_no_byte_string() -> None:
    keyring = Keyring({"new": NEW})
    one, two = keyring.seal(TEXT, bound_to=ROW), keyring.seal(TEXT, bound_to=ROW)
    assert one.ciphertext != two.ciphertext
    assert one.wrapped_key != two.wrapped_key
    assert one.ciphertext[:12] != two.ciphertext[:12]


def test_sealed_holds_no_text() -> None:
    sealed = Keyring({"new": NEW}).seal(TEXT, bound_to=ROW)
    assert b"Ramesh" not in sealed.ciphertext + sealed.wrapped_key


def test_open_for_another_row_is_refused() -> None:
    keyring = Keyring({"new": NEW})
    sealed = keyring.seal(TEXT, bound_to=ROW)
    with pytest.raises(KeyringError, match="does not open"):
        keyring.open(sealed, bound_to=OTHER_ROW)


@pytest.mark.parametrize("part", ["ciphertext", "wrapped_key"])
@pytest.mark.parametrize("place", [0, 20, -1])
def test_open_after_a_changed_bit_is_refused(part: str, place: int) -> None:
    keyring = Keyring({"new": NEW})
    sealed = keyring.seal(TEXT, bound_to=ROW)
    data = bytearray(getattr(sealed, part))
    data[place] ^= 1
    with pytest.raises(KeyringError):
        keyring.open(replace(sealed, **{part: bytes(data)}), bound_to=ROW)


def test_open_without_its_wrapped_key_is_refused() -> None:
    keyring = Keyring({"new": NEW})
    sealed = replace(keyring.seal(TEXT, bound_to=ROW), wrapped_key=b"")
    with pytest.raises((KeyringError, ValueError)):
        keyring.open(sealed, bound_to=ROW)


def test_rotation_new_key_seals_and_old_key_still_opens() -> None:
    sealed = Keyring({"old": OLD}).seal(TEXT, bound_to=ROW)
    both = Keyring.parse(f"{named('new', NEW)},{named('old', OLD)}")
    assert both.open(sealed, bound_to=ROW) == TEXT
    assert both.seal(TEXT, bound_to=ROW).key_id == "new"


def test_open_with_a_key_that_is_gone_names_it() -> None:
    sealed = Keyring({"old": OLD}).seal(TEXT, bound_to=ROW)
    with pytest.raises(KeyringError, match="'old' is not in NOTE_KEYS"):
        Keyring({"new": NEW}).open(sealed, bound_to=ROW)


def test_open_with_another_key_of_the_same_name_is_refused() -> None:
    sealed = Keyring({"k": OLD}).seal(TEXT, bound_to=ROW)
    with pytest.raises(KeyringError, match="does not open"):
        Keyring({"k": NEW}).open(sealed, bound_to=ROW)


def test_text_beside_opens_with_its_own_row_only_and_not_without_the_note() -> None:
    ring = Keyring({"k": OLD})
    note = ring.seal(TEXT, bound_to=ROW)
    beside = ring.seal_beside(note, "a comment", owner=ROW, bound_to=b"comment 1")
    assert ring.open_beside(note, beside, owner=ROW, bound_to=b"comment 1") == "a comment"
    with pytest.raises(KeyringError, match="does not open"):
        ring.open_beside(note, beside, owner=ROW, bound_to=b"comment 2")
    erased = Sealed(note.ciphertext, b"", note.key_id)
    with pytest.raises(KeyringError, match="erased"):
        ring.open_beside(erased, beside, owner=ROW, bound_to=b"comment 1")


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("", "no key"),
        (",", "no key"),
        (base64.b64encode(NEW).decode(), "without a name"),
        ("k:not base64!", "not base64"),
        (named("k", b"short"), "5 bytes"),
    ],
)
def test_parse_of_a_bad_keyring_says_what_is_wrong(value: str, says: str) -> None:
    with pytest.raises(KeyringError, match=says):
        Keyring.parse(value)


@pytest.mark.parametrize("encoded", ["c2VjcmV0=key", "sécret-key-material"])
def test_decode_key_never_shows_the_key(encoded: str) -> None:
    with pytest.raises(KeyringError) as caught:
        decode_key(encoded, name="NOTE_KEYS 'k'")
    assert encoded not in str(caught.value)


@given(one=PARTS, two=PARTS)
def test_keyed_hash_parts_never_run_into_each_other(one: list[str], two: list[str]) -> None:
    assert (keyed_hash(NEW, *one) == keyed_hash(NEW, *two)) == (one == two)


def test_keyed_hash_depends_on_the_key() -> None:
    assert keyed_hash(OLD, "patient", "7") != keyed_hash(NEW, "patient", "7")
