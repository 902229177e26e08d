"""spaCy DocBin: notes as tokens with entities, packed and compressed as one whole.

It is read without spaCy's own loader, which trusts a file: sizes are bounded before anything is unpacked, objects are
plain data, and no token of a stranger gets into a vocabulary. A document's entities are the spans under ``sc``, the
span categoriser's key, where it has some, else its ents; a document whose tokens are all without ent_iob is unknown.
``kb_id`` is a code where it looks like one of ICD-10, ``id`` the assertions parted by ``+``. The note's id is ``id`` of
user_data, else the file's stem and a number. https://spacy.io/api/docbin
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator
from itertools import accumulate
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from spacy.attrs import ENT_ID, ENT_IOB, ENT_KB_ID, ENT_TYPE, ORTH
from spacy.strings import StringStore
from srsly import msgpack

from annotation.formats import json_fields
from annotation.formats.docbin_pack import NESTED_KEY, SPAN, write_docbin
from annotation.formats.records import Draft, FormatError, Mention, Rejection, Result
from annotation.formats.settle import Rules, settle, shown_id
from annotation.spans import ASSERTIONS, ICD10

__all__ = ["read_docbin", "write_docbin"]

MAX_UNPACKED = 256 * 2**20
_FAULT = "The file is no DocBin that can be read; save it anew with DocBin.to_disk of spaCy 3."
_TOO_BIG = f"The DocBin unpacks to more than {MAX_UNPACKED // 2**20} MB, which is loaded as one whole; split it."


class _Bin(NamedTuple):
    """An opened file: `names` by their hash, and per document its tokens and what else is said of it."""

    names: dict[int, str]
    attrs: list[int]
    tokens: list[np.ndarray[Any, Any]]
    spaces: list[np.ndarray[Any, Any]]
    groups: list[Any]
    user_data: list[Any]


def read_docbin(path: Path, rules: Rules) -> Iterator[Result]:
    """A result for each document; its line is its number."""
    try:
        bin_ = _opened(path)
    except FormatError as error:
        yield Rejection(1, "", str(error))
        return
    for index in range(len(bin_.tokens)):
        rules.reach.of(index + 1, len(bin_.tokens))
        name = f"{path.stem}-{index + 1}"
        try:
            said = _guarded(_user_data, bin_.user_data[index])
            name = json_fields.external_id(said.get("id")) or name
            yield settle(_guarded(_draft, bin_, index, name, said), rules)
        except FormatError as error:
            yield Rejection(index + 1, shown_id(name), str(error))


def _guarded(do: Callable[..., Any], *given: Any) -> Any:
    """What `do` returns; whatever a faulty file makes it stumble over is one sentence."""
    try:
        return do(*given)
    except FormatError:
        raise
    except (LookupError, TypeError, ValueError, ArithmeticError, AttributeError, struct.error, RecursionError):
        raise FormatError(_FAULT) from None


def _opened(path: Path) -> _Bin:
    unpack = zlib.decompressobj()
    try:
        data = unpack.decompress(path.read_bytes(), MAX_UNPACKED + 1)
    except zlib.error:
        raise FormatError(_FAULT) from None
    if len(data) > MAX_UNPACKED:
        raise FormatError(_TOO_BIG)
    if not unpack.eof:
        raise FormatError(_FAULT)
    found: _Bin = _guarded(_sorted_out, data)
    return found


def _plain(data: bytes) -> Any:
    # A hook of our own keeps srsly's numpy hook away: numbers, strings, bytes, lists and dicts are all there is.
    return msgpack.unpackb(data, raw=False, use_list=False, object_pairs_hook=dict, strict_map_key=False)


def _sorted_out(data: bytes) -> _Bin:
    said = _plain(data)
    attrs, store = list(said["attrs"]), StringStore()
    lengths = np.frombuffer(said["lengths"], dtype="int32")
    tokens = np.frombuffer(said["tokens"], dtype="uint64").reshape(-1, len(attrs))
    spaces = np.frombuffer(said["spaces"], dtype="uint8")
    if (lengths < 0).any() or not int(lengths.sum(dtype="int64")) == len(tokens) == len(spaces) or ORTH not in attrs:
        raise FormatError(_FAULT)
    edges = np.cumsum(lengths)[:-1]
    unknown = [None] * len(lengths)
    parts = [list(said.get(key) or unknown) for key in ("span_groups", "user_data")]
    if not all(len(part) == len(lengths) for part in parts):
        raise FormatError(_FAULT)
    names = {store.add(name): name for name in said["strings"]} | {0: ""}
    split = (np.split(tokens, edges), np.split(spaces, edges)) if len(lengths) else ([], [])
    return _Bin(names, attrs, *split, *parts)


def _user_data(packed: bytes | None) -> dict[Any, Any]:
    said = _plain(packed) if packed else {}
    return said if isinstance(said, dict) else {}


def _draft(bin_: _Bin, index: int, name: str, said: dict[Any, Any]) -> Draft:
    columns = {attr: bin_.tokens[index][:, place].tolist() for place, attr in enumerate(bin_.attrs)}
    words = [bin_.names[word] for word in columns[ORTH]]
    ends = list(accumulate(len(word) + bool(space) for word, space in zip(words, bin_.spaces[index], strict=True)))
    starts = [0, *ends]
    text = "".join(word + " " * bool(space) for word, space in zip(words, bin_.spaces[index], strict=True))
    spans = _group(bin_, bin_.groups[index]) or _ents(bin_.names, columns)
    found = None if spans is None else [_mention(span, starts, words) for span in spans]
    facets = said.get("facets")
    return Draft(index + 1, name, text, found, json_fields.named_fields([facets if isinstance(facets, dict) else {}]))


class _Entity(NamedTuple):
    """Tokens from `first` up to `after`, with the names that stand in the file."""

    first: int
    after: int
    label: str
    kb_id: str
    id: str


def _mention(entity: _Entity, starts: list[int], words: list[str]) -> Mention:
    if not 0 <= entity.first < entity.after <= len(words):
        raise FormatError(
            f"A span of tokens {entity.first}-{entity.after} is outside the document or empty; correct it."
        )
    said = entity.id.split("+")
    assertion = tuple(name for name in ASSERTIONS if name in said) if set(said) <= set(ASSERTIONS) else ()
    code = entity.kb_id if ICD10.fullmatch(entity.kb_id) else ""
    end = starts[entity.after - 1] + len(words[entity.after - 1])
    return Mention(starts[entity.first], end, entity.label, assertion=assertion, code=code)


def _ents(names: dict[int, str], columns: dict[int, list[int]]) -> list[_Entity] | None:
    """The entities of the columns; None where no token says anything."""
    tags = columns.get(ENT_IOB, [])
    if not any(tags):
        return None
    nothing = [0] * len(tags)
    kinds, kbs, ids = (columns.get(attr, nothing) for attr in (ENT_TYPE, ENT_KB_ID, ENT_ID))
    found: list[_Entity] = []
    for place, tag in enumerate(tags):
        label = names[kinds[place]]
        goes_on = tag == 1 and found and found[-1].after == place and found[-1].label == label
        if goes_on:
            found[-1] = found[-1]._replace(after=place + 1)
        elif tag in {1, 3} and label:
            found.append(_Entity(place, place + 1, label, names[kbs[place]], names[ids[place]]))
    return found


def _group(bin_: _Bin, packed: bytes | None) -> list[_Entity]:
    """The spans under ``sc``. A file keeps groups by their packed form, with the keys they stand under."""
    groups = _plain(packed) if packed else {}
    for data, keys in groups.items() if isinstance(groups, dict) else ():
        if NESTED_KEY in keys:
            rows = [SPAN.unpack(row) for row in _plain(data)["spans"]]
            return [_Entity(r[3], r[4], bin_.names[r[2]], bin_.names[r[1]], bin_.names[r[0]]) for r in rows]
    return []
