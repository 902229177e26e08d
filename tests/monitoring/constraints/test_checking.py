"""The six checks: violated, not violated, and too few to say; a single odd document never alarms."""

from __future__ import annotations

import pytest
from scipy.stats import binom

from annotation.intake_counts import Came
from monitoring.constraints import Check, Document, FieldRule, Window, check
from monitoring.constraints.checking import COMPLETE, DRIFT, EXTRA, MISSING, TYPE, VALUES
from monitoring.constraints.shares import at_least
from monitoring.drift import Drift
from monitoring.policy import Level
from tests.monitoring.constraints.test_document import Note

DOCUMENT = Document(
    {
        "text": FieldRule("whole number of words", 1.0, required=True, low=5, high=60),
        "city": FieldRule(completeness=0.98, domain={"Pune": 0.6, "Nagpur": 0.4}),
        "specialty": FieldRule(completeness=0.6),
        "language": FieldRule("language tag", 0.0),
    }
)


def window(
    n: int, *, city: int = -1, specialty: int = -1, faulty: int = 0, unknown: int = 0, rows: list[Note] | None = None
) -> Window:
    """`n` documents as expected, but for what is said."""
    came = Came(n, 0, unknown)
    came.fields |= {
        "text": [n, 0],
        "city": [n if city < 0 else city, faulty],
        "specialty": [round(0.6 * n) if specialty < 0 else specialty, 0],
    }
    return Window(came, rows or [])


def one(checks: list[Check], kind: str, name: str) -> Check:
    (found,) = [each for each in checks if (each.check, each.field) == (kind, name)]
    return found


def violated(checks: list[Check]) -> set[tuple[str, str]]:
    return {(each.check, each.field) for each in checks if each.is_violated}


@pytest.mark.parametrize("n", [60, 1_000, 1_000_000])
def test_window_as_expected_violates_nothing(n: int) -> None:
    checks = check(DOCUMENT, window(n), [])
    assert violated(checks) == set()
    assert one(checks, COMPLETE, "city").level == Level.OK


@pytest.mark.parametrize("n", [1, 10, 49])
def test_fewer_than_fifty_documents_say_nothing_whatever_they_are(n: int) -> None:
    checks = check(DOCUMENT, window(n, city=0, faulty=n, unknown=n), [])
    assert {each.level for each in checks} == {Level.INSUFFICIENT}
    assert {each.p for each in checks} == {None}
    assert (
        one(checks, COMPLETE, "city").sentence == f"{n} documents are too few to say anything of city; 50 are needed."
    )


@pytest.mark.parametrize("n", [50, 200, 5_000])
def test_one_odd_document_never_alarms(n: int) -> None:
    odd = [Note(facets={"city": "Pune"})] * (n - 1) + [Note(words=900, facets={"city": "Delhi"})]
    assert violated(check(DOCUMENT, window(n, city=n - 1, faulty=1, unknown=1, rows=odd), [])) == set()


def test_faulty_fields_violate_the_type() -> None:
    checks = check(DOCUMENT, window(200, faulty=40), [])
    assert violated(checks) == {(TYPE, "city")}
    found = one(checks, TYPE, "city")
    assert (found.value, found.allowed, found.n) == (0.2, 0.05, 200)
    assert found.low is not None
    assert found.low > 0.05
    assert found.q is not None
    assert found.q < 0.01
    # As many as are allowed are none too many.
    assert violated(check(DOCUMENT, window(200, faulty=10), [])) == set()


def test_what_is_left_out_more_often_violates_completeness_and_not_what_is_there() -> None:
    checks = check(DOCUMENT, window(200, city=150), [])
    assert violated(checks) == {(COMPLETE, "city")}
    assert one(checks, MISSING, "city").level == Level.OK
    # Five points fewer are allowed, of however many documents.
    assert violated(check(DOCUMENT, window(100_000, city=93_500), [])) == set()
    assert violated(check(DOCUMENT, window(100_000, city=92_500), [])) == {(COMPLETE, "city")}


def test_field_that_is_gone_is_missing_when_nearly_all_had_it() -> None:
    assert violated(check(DOCUMENT, window(50, city=0), [])) == {(COMPLETE, "city"), (MISSING, "city")}
    checks = check(DOCUMENT, window(60, specialty=0), [])
    assert violated(checks) == {(COMPLETE, "specialty")}
    assert not [each for each in checks if (each.check, each.field) == (MISSING, "specialty")]


def test_required_field_counts_as_complete() -> None:
    document = DOCUMENT.with_rule("specialty", required=True)
    found = one(check(document, window(200), []), COMPLETE, "specialty")
    assert (found.allowed, found.is_violated) == (0.95, True)


def test_unknown_fields_violate_when_more_came_than_before() -> None:
    assert violated(check(DOCUMENT, window(200, unknown=40), [])) == {(EXTRA, "any")}
    usual = Document(DOCUMENT.fields, unknown=0.2)
    assert violated(check(usual, window(200, unknown=40), [])) == set()


def test_values_outside_the_list_violate_above_a_tenth() -> None:
    rows = [Note(facets={"city": "Delhi" if number < 40 else "Pune"}) for number in range(100)]
    assert violated(check(DOCUMENT, window(100, rows=rows), [])) == {(VALUES, "city")}
    some = [Note(facets={"city": "Delhi" if number < 12 else "Pune"}) for number in range(100)]
    assert violated(check(DOCUMENT, window(100, rows=some), [])) == set()
    # What is not given is no value.
    without = [Note() for _ in range(100)]
    assert one(check(DOCUMENT, window(100, rows=without), []), VALUES, "city").level == Level.INSUFFICIENT


def test_many_notes_of_one_patient_are_one() -> None:
    rows = [Note(facets={"city": "Delhi"}, patient="p") for _ in range(100)]
    rows += [Note(facets={"city": "Pune"}) for _ in range(60)]
    found = one(check(DOCUMENT, window(160, rows=rows), []), VALUES, "city")
    assert (found.n, found.level) == (61, Level.OK)


def test_lengths_outside_the_range_violate() -> None:
    rows = [Note(words=2 if number < 50 else 30, facets={"city": "Pune"}) for number in range(100)]
    assert violated(check(DOCUMENT, window(100, rows=rows), [])) == {(VALUES, "text")}


def test_without_counts_nothing_is_said_of_faults_and_unknown_fields() -> None:
    seen = window(100, faulty=100, unknown=100)
    checks = check(DOCUMENT, Window(seen.came, seen.rows, counted=False), [])
    assert {each.check for each in checks} == {COMPLETE, MISSING, VALUES, DRIFT}


def test_few_notes_behind_the_document_allow_more() -> None:
    small, large = (Document({"city": FieldRule(completeness=0.9, notes=n)}) for n in (60, 60_000))
    assert violated(check(small, window(1_000, city=800), [])) == set()
    assert violated(check(large, window(1_000, city=800), [])) == {(COMPLETE, "city")}


@pytest.mark.parametrize(("level", "is_violated"), [(Level.OK, False), (Level.WARNING, True), (Level.CRITICAL, True)])
def test_drift_is_as_it_was_measured(level: Level, is_violated: bool) -> None:
    drift = Drift("city", "City", "input", "PSI", 0.3, 0.12, 0.4, 0.0005, 0.004, level)
    checks = check(DOCUMENT, window(100, rows=[Note(facets={"city": "Pune"})] * 100), [drift])
    found = one(checks, DRIFT, "city")
    assert (found.value, found.allowed, found.p, found.q, found.n) == (0.3, 0.12, 0.0005, 0.004, 100)
    assert found.is_violated == is_violated
    assert one(checks, DRIFT, "specialty").level == Level.INSUFFICIENT


@pytest.mark.parametrize(
    ("hits", "n", "share"),
    [(0, 50, 0.1), (3, 50, 0.05), (45, 50, 0.1), (40, 50, 0.9), (50, 50, 0.9), (5_200, 100_000, 0.05)],
)
def test_tail_is_the_exact_one(hits: int, n: int, share: float) -> None:
    assert at_least(hits, n, share) == pytest.approx(float(binom.sf(hits - 1, n, share)), rel=1e-6)


def test_tail_at_the_ends() -> None:
    assert (at_least(3, 10, 0.0), at_least(3, 10, 1.0), at_least(0, 10, 0.0)) == (0.0, 1.0, 1.0)
