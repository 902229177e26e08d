"""The one schema of a note that comes in, whatever the way: API, JSONL, CSV, batches.

A mapping with ``text`` and perhaps ``id``, ``patient``, ``doctor`` and the facets becomes a :class:`Read`. What no note
can be has errors; what was left out, or is kept but looks odd, has warnings. Both name the field and never quote it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, NamedTuple

from annotation.spans import TextError, check_text

FACETS = ("specialty", "city", "gender", "age_band", "language", "source")
WORDS = ("patient", "doctor", *FACETS)
FIELDS = frozenset(("id", "text", *WORDS))
# Of an id, a reference or a facet, in characters.
MAX_WORD = 200

# Control characters (but for tab and the ends of lines) and half characters: categories Cc and Cs.
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")
# The shape of BCP 47: en, hi-IN, hinglish.
_LANGUAGE = re.compile("[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
_REPLACED = "\N{REPLACEMENT CHARACTER}"
# More than MAX_WORD digits have more bits than this; a longer number is not written out.
_MAX_BITS = 680

NO_ID = "The note has no id; give each note one of its own."
TWICE = "The id was used before in this upload; give each note its own."
UNKNOWN = f"A field is unknown and was ignored; a document has {', '.join(sorted(FIELDS))}."


class Fault(NamedTuple):
    """What is wrong with a field (its path, empty for the note as a whole): a sentence with the remedy."""

    field: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Read:
    """A note as far as it could be read; it can be kept when there are no errors. ``id`` is empty when none came."""

    id: str
    text: str
    patient: str
    doctor: str
    facets: Mapping[str, str]
    errors: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)

    def fault_of(self, name: str) -> str:
        """The error of a field, or nothing."""
        return next((fault.sentence for fault in self.errors if fault.field == name), "")


def read_note(fields: Mapping[str, Any], *, id_required: bool = False, strict: bool = False) -> Read:
    """The note in `fields`; null says nothing, whole numbers are taken as words.

    A facet or reference that can't be kept is left out with a warning, for a doctor waits; in a file, which can be
    mended and sent again, it is an error (`strict`). Unknown fields are ignored with a warning.
    """
    errors: list[Fault] = []
    warnings: list[Fault] = []
    name = _id(fields.get("id"), id_required, errors)
    text = _text(fields.get("text"), errors, warnings)
    words = {word: _word(word, fields[word], strict, errors, warnings) for word in WORDS if word in fields}
    if not fields.keys() <= FIELDS:
        warnings.append(Fault("", UNKNOWN))
    if (language := words.get("language")) and not _LANGUAGE.fullmatch(language):
        warnings.append(Fault("language", "The field language is no tag such as en or hi-IN; it is kept as sent."))
    patient, doctor = words.pop("patient", ""), words.pop("doctor", "")
    facets = {facet: word for facet, word in words.items() if word}
    return Read(name, text, patient, doctor, facets, errors, warnings)


def word_fault(name: str, value: object) -> str:
    """Why `value` can't be an id, a reference or a facet, in a sentence; empty when it can."""
    if type(value) is int:
        return "" if value.bit_length() < _MAX_BITS else f"The field {name} is too long a number; shorten it."
    if not isinstance(value, str):
        return f"The field {name} is {type(value).__name__}, not a string; send it as a string."
    if len(value) > MAX_WORD:
        return f"The field {name} has {len(value):,} characters, more than {MAX_WORD}; shorten it."
    if _UNPRINTABLE.search(value):
        return f"The field {name} has a control character or a lone surrogate; remove it."
    return ""


class Ids:
    """The ids of one upload. Remembers 8 bytes of a hash for each, so that millions fit."""

    def __init__(self) -> None:
        self._seen: set[bytes] = set()

    def twice(self, name: str) -> bool:
        """Whether `name` came before; an empty one never did."""
        if not name:
            return False
        key = blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).digest()
        known = key in self._seen
        self._seen.add(key)
        return known


def _id(value: object, required: bool, errors: list[Fault]) -> str:
    if value is None or value == "":
        if required:
            errors.append(Fault("id", NO_ID))
        return ""
    if fault := word_fault("id", value):
        errors.append(Fault("id", fault))
        return ""
    return str(value)


def _text(value: object, errors: list[Fault], warnings: list[Fault]) -> str:
    try:
        text = check_text(value)
    except TextError as error:
        errors.append(Fault("text", str(error)))
        return ""
    if first := _CONTROL.search(text):
        said = f"The text has control characters, the first at {first.start()}; it is kept as sent."
        warnings.append(Fault("text", said))
    if _REPLACED in text:
        said = f"The text has U+FFFD at {text.index(_REPLACED)}: it was read in a wrong encoding before it came."
        warnings.append(Fault("text", said))
    return text


def _word(name: str, value: object, strict: bool, errors: list[Fault], warnings: list[Fault]) -> str:
    if value is None:
        return ""
    fault = word_fault(name, value)
    if not fault:
        return str(value)
    if strict:
        errors.append(Fault(name, fault))
    else:
        warnings.append(Fault(name, f"{fault} It was left out."))
    return ""
