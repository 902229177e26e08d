"""The document of constraints: a rule for each field of a note, read and checked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

from annotation.intake import FACETS, FIELDS, MAX_WORD

TEXT = "text"
# A field's type: text counts by its words, a language is a tag such as hi-IN, the rest are strings.
STRING, LANGUAGE, WORDS = "string", "language tag", "whole number of words"
TYPES = {TEXT: WORDS, "language": LANGUAGE}
# A field with more values has no list of them.
MOST_VALUES = 50
MOST_WORDS = 100_000
ORDER = (TEXT, *FACETS, "patient", "doctor", "id")


class ConstraintsError(ValueError):
    """The document can't be read; the message names the field."""


@dataclass(frozen=True, slots=True)
class FieldRule:
    """What is expected of a field.

    `completeness`: share of documents that have it, `faulty`: share in which it was faulty, both of so many `notes` (0:
    a person said so); `required`: as if complete; `domain`: the allowed values with their shares, none for any value;
    `low` and `high`: words of a text, 99 of 100 lie between; `edited` by a person.
    """

    type: str = STRING
    completeness: float = 0.0
    faulty: float = 0.0
    notes: int = 0
    required: bool = False
    domain: Mapping[str, float] = field(default_factory=dict)
    low: int | None = None
    high: int | None = None
    edited: bool = False


@dataclass(frozen=True, slots=True)
class Document:
    """`unknown`: share of documents that had an unknown field."""

    fields: Mapping[str, FieldRule]
    unknown: float = 0.0

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    def with_rule(self, name: str, **said: Any) -> Document:
        """The rule of a field changed by a person. Raises ConstraintsError when there is none, or for what can't be."""
        if name not in self.fields:
            raise ConstraintsError(f"There is no field {name!r}; there are {', '.join(sorted(self.fields))}.")
        rule = replace(self.fields[name], **said, edited=True)
        if rule.completeness != self.fields[name].completeness:
            rule = replace(rule, notes=0)
        _check(name, rule)
        return replace(self, fields={**self.fields, name: rule})

    def kept_over(self, derived: Document) -> Document:
        """`derived`, but for the fields that a person edited here."""
        mine = {name: rule for name, rule in self.fields.items() if rule.edited}
        return replace(derived, fields={**derived.fields, **mine})


def read(values: Mapping[str, Any]) -> Document:
    """What :meth:`Document.to_json` made. Raises ConstraintsError."""
    found = values.get("fields")
    if not isinstance(found, Mapping) or not values.keys() <= {"fields", "unknown"}:
        raise ConstraintsError('The constraints have other parts than "fields" and "unknown"; give these.')
    # Rows of the database keep no order.
    rules = dict(sorted(_rules(found), key=lambda rule: ORDER.index(rule[0])))
    unknown = values.get("unknown", 0.0)
    _share("The share of documents with unknown fields", unknown)
    return Document(rules, float(unknown))


def _rules(found: Mapping[str, Any]) -> Iterator[tuple[str, FieldRule]]:
    known = {one.name for one in fields(FieldRule)}
    for name, said in found.items():
        if name not in FIELDS:
            raise ConstraintsError(f"There is no field {name!r}; a note has {', '.join(sorted(FIELDS))}.")
        if not isinstance(said, Mapping) or not said.keys() <= known:
            raise ConstraintsError(f"The rule of {name} has other settings than {', '.join(sorted(known))}.")
        rule = FieldRule(**said)
        _check(name, rule)
        by_share = sorted(rule.domain.items(), key=lambda value: (-value[1], value[0]))
        yield name, replace(rule, domain=dict(by_share))


def _check(name: str, rule: FieldRule) -> None:
    if rule.type != TYPES.get(name, STRING):
        raise ConstraintsError(f"The type of {name} is {rule.type!r}; it is {TYPES.get(name, STRING)!r}.")
    _share(f"The completeness of {name}", rule.completeness)
    _share(f"The faulty share of {name}", rule.faulty)
    _range(name, rule)
    if rule.domain and name not in FACETS:
        raise ConstraintsError(f"{name} has allowed values; only {', '.join(FACETS)} can have them.")
    if len(rule.domain) > MOST_VALUES:
        raise ConstraintsError(f"{name} has {len(rule.domain)} allowed values; give at most {MOST_VALUES}.")
    for value, share in rule.domain.items():
        if not value or len(value) > MAX_WORD:
            raise ConstraintsError(f"An allowed value of {name} has {len(value)} characters; give 1 to {MAX_WORD}.")
        _share(f"The share of an allowed value of {name}", share)


def _range(name: str, rule: FieldRule) -> None:
    bounds = [bound for bound in (rule.low, rule.high) if bound is not None]
    if bounds and name != TEXT:
        raise ConstraintsError(f"{name} has a range; only the text can have one.")
    for bound in bounds:
        if isinstance(bound, bool) or not isinstance(bound, int) or not 0 <= bound <= MOST_WORDS:
            raise ConstraintsError(f"A bound of {name} is {bound!r}; give a whole number from 0 to {MOST_WORDS:,}.")
    if len(bounds) == 2 and bounds[0] > bounds[1]:
        raise ConstraintsError(f"The range of {name} runs from {bounds[0]} to {bounds[1]}; give the smaller one first.")


def _share(what: str, value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise ConstraintsError(f"{what} is {value!r}; give a share from 0 to 1.")
