"""The six checks of a window against its document, those that SageMaker Model Monitor has, by tests that know n.

A check is violated when the whole 95 % interval lies beyond what is allowed, and the exact p is significant by
Benjamini and Hochberg at .01 over all checks of the window; of fewer than 50 documents nothing is said. So a single odd
document never alarms. What is allowed is `SLACK` worse than the document, and the document's own chance error more.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from annotation.intake import FACETS
from annotation.intake_counts import Came
from monitoring.constraints.deriving import Row, one_a_patient
from monitoring.constraints.document import TEXT, Document, FieldRule
from monitoring.constraints.shares import Held, held_above, held_below, least, most
from monitoring.drift.evidence import FEWEST
from monitoring.drift.judging import MOST_FALSE, Drift
from monitoring.policy import Level
from training.statistics import benjamini_hochberg

SLACK = 0.05
# So many notes may lie outside the allowed values or lengths.
MOST_OUTSIDE = 0.1
# A field that as many documents had must not be gone.
ALWAYS = 0.95
ANY = "any"
# The feature of drift that stands for a field.
FEATURES = {TEXT: "words", **{name: name for name in FACETS}}
TYPE, COMPLETE, DRIFT = "data_type_check", "completeness_check", "baseline_drift_check"
MISSING, EXTRA, VALUES = "missing_column_check", "extra_column_check", "categorical_values_check"
CHECKS = {
    TYPE: "Data type",
    COMPLETE: "Completeness",
    DRIFT: "Baseline drift",
    MISSING: "Missing field",
    EXTRA: "Unknown fields",
    VALUES: "Values",
}


@dataclass(frozen=True, slots=True)
class Window:
    """What came in a window by field, and the notes of it that were read; `counted`: also what was faulty."""

    came: Came
    rows: Sequence[Row]
    counted: bool = True


@dataclass(frozen=True, slots=True)
class Check:
    """One check of one field of `n` documents or notes. Figures are None where there is nothing to say."""

    check: str
    field: str
    n: int
    sentence: str
    value: float | None = None
    allowed: float | None = None
    low: float | None = None
    high: float | None = None
    p: float | None = None
    q: float | None = None
    level: Level = Level.INSUFFICIENT

    @property
    def is_violated(self) -> bool:
        return self.level == Level.WARNING

    def to_json(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if name != "level"}


@dataclass(frozen=True, slots=True)
class _Asked:
    """A check, and whether its interval lies beyond what is allowed."""

    check: Check
    beyond: bool = False


def check(document: Document, window: Window, drifts: Sequence[Drift]) -> list[Check]:
    """All checks that can be made. `drifts`: the window's own, with their p and q over all of its features."""
    asked = [*_by_field(document, window), *_of_values(document, window.rows)]
    if window.counted:
        asked.append(_extra(document, window.came))
    ps = [one.check.p for one in asked if one.check.p is not None]
    qs = iter(benjamini_hochberg(ps))
    settled = [_settled(one, next(qs)) if one.check.p is not None else one.check for one in asked]
    return [*settled, *_drifted(document, drifts, len(window.rows))]


def _settled(asked: _Asked, q: float) -> Check:
    violated = asked.beyond and q < MOST_FALSE
    return replace(asked.check, q=q, level=Level.WARNING if violated else Level.OK)


def _by_field(document: Document, window: Window) -> Iterator[_Asked]:
    n = window.came.documents
    for name, rule in document.fields.items():
        if name not in window.came.fields:
            continue
        present, faulty = (min(n, count) for count in window.came.fields[name])
        if window.counted:
            allowed = min(1.0, most(rule.faulty, rule.notes) + SLACK)
            held = held_above(faulty, n, allowed) if n >= FEWEST else None
            yield _asked(TYPE, name, n, held, allowed, "is faulty in", "at most")
        allowed = _complete(rule)
        held = held_below(present, n, allowed) if n >= FEWEST else None
        yield _asked(COMPLETE, name, n, held, allowed, "is there in", "at least")
        if rule.required or rule.completeness >= ALWAYS:
            gone = held if held is None or not present else replace(held, p=1.0, beyond=False)
            yield _asked(MISSING, name, n, gone, allowed, "is there in", "at least")


def _complete(rule: FieldRule) -> float:
    return max(0.0, (1.0 if rule.required else least(rule.completeness, rule.notes)) - SLACK)


def _of_values(document: Document, rows: Sequence[Row]) -> Iterator[_Asked]:
    notes = one_a_patient(rows)
    for name, rule in document.fields.items():
        if rule.domain:
            there = [value for row in notes if (value := row.facets.get(name))]
            outside, what = sum(value not in rule.domain for value in there), "has a value that is not allowed in"
        elif name == TEXT and (rule.low is not None or rule.high is not None):
            low, high = rule.low or 0, rule.high if rule.high is not None else float("inf")
            there = ["" for _ in notes]
            outside, what = sum(not low <= row.words <= high for row in notes), "has a length outside its range in"
        else:
            continue
        held = held_above(outside, len(there), MOST_OUTSIDE) if len(there) >= FEWEST else None
        yield _asked(VALUES, name, len(there), held, MOST_OUTSIDE, what, "at most", "notes, one a patient")


def _extra(document: Document, came: Came) -> _Asked:
    n, allowed = came.documents, min(1.0, document.unknown + SLACK)
    held = held_above(came.unknown, n, allowed) if n >= FEWEST else None
    return _asked(EXTRA, ANY, n, held, allowed, "unknown field is in", "at most")


def _asked(
    kind: str, name: str, n: int, held: Held | None, allowed: float, what: str, bound: str, noun: str = "documents"
) -> _Asked:
    if held is None:
        sentence = f"{n:,} {noun} are too few to say anything of {name}; {FEWEST} are needed."
        return _Asked(Check(kind, name, n, sentence, allowed=allowed))
    sentence = (
        f"{_title(name)} {what} {100 * held.value:.1f} % of {n:,} {noun} ({100 * held.low:.1f} to "
        f"{100 * held.high:.1f}); {bound} {100 * allowed:.1f} % are expected."
    )
    return _Asked(Check(kind, name, n, sentence, held.value, allowed, held.low, held.high, held.p), held.beyond)


def _title(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _drifted(document: Document, drifts: Sequence[Drift], n: int) -> Iterator[Check]:
    by_name = {drift.name: drift for drift in drifts}
    for name, feature in FEATURES.items():
        drift = by_name.get(feature)
        if name not in document.fields:
            continue
        if drift is None:
            yield Check(DRIFT, name, n, f"{_title(name)} was not held against the first healthy windows.")
            continue
        level = Level.WARNING if drift.level.rank >= Level.WARNING.rank else Level.OK
        measured = f"{drift.title}: {drift.measure} {drift.value:.3f} of {n:,} notes"
        sentence = f"{measured}; it warns from {drift.warns_from:.3f}."
        yield Check(DRIFT, name, n, sentence, drift.value, drift.warns_from, p=drift.p, q=drift.q, level=level)
