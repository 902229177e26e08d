"""The document of constraints: derived, read back, edited; what it can't be is said."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from annotation.intake_counts import Came
from monitoring.constraints import ConstraintsError, Document, FieldRule, derive, one_a_patient, read
from monitoring.constraints.deriving import came_of_rows
from monitoring.constraints.words import differences


@dataclass(frozen=True)
class Note:
    words: int = 30
    facets: dict[str, str] = field(default_factory=dict)
    patient: str = ""


def notes(number: int, **facets: str) -> list[Note]:
    return [Note(words=number % 50, facets=facets) for number in range(number)]


def came(documents: int, unknown: int = 0, **fields: tuple[int, int]) -> Came:
    one = Came(documents, 0, unknown)
    one.fields |= {name: list(pair) for name, pair in fields.items()}
    return one


def test_counts_say_completeness_and_faults_and_rows_say_values_and_lengths() -> None:
    rows = [*notes(150, city="Pune"), *notes(50, city="Nagpur")]
    document = derive(rows, came(200, unknown=4, text=(200, 1), city=(180, 2)))
    city, text = document.fields["city"], document.fields["text"]
    assert (city.completeness, city.faulty, city.notes, city.required) == (0.9, 0.01, 200, False)
    assert city.domain == {"Pune": 0.75, "Nagpur": 0.25}
    assert (text.required, text.type, text.low, text.high) == (True, "whole number of words", 0, 49)
    assert document.fields["language"].type == "language tag"
    assert document.unknown == 0.02
    assert read(document.to_json()) == document


def test_few_notes_or_many_values_make_no_list() -> None:
    few = derive(notes(99, city="Pune"), came(99, city=(99, 0)))
    assert few.fields["city"].domain == {}
    many = [Note(facets={"city": f"place {number % 51}"}) for number in range(510)]
    assert derive(many, came(510, city=(510, 0))).fields["city"].domain == {}
    assert len(derive(many[:50] * 4, came(200, city=(200, 0))).fields["city"].domain) == 50


def test_range_needs_fifty_notes() -> None:
    assert derive(notes(49), came(49, text=(49, 0))).fields["text"].low is None
    assert derive(notes(50), came(50, text=(50, 0))).fields["text"].low == 0


def test_nothing_that_came_makes_no_rule() -> None:
    assert derive([], Came()) == Document({})


def test_rows_alone_say_what_was_there_and_nothing_of_ids() -> None:
    found = came_of_rows([Note(facets={"city": "Pune"}, patient="p1"), Note(facets={"city": ""})])
    assert found.documents == 2
    assert (found.fields["city"], found.fields["patient"], found.fields["text"]) == ([1, 0], [1, 0], [2, 0])
    assert "id" not in found.fields
    assert "doctor" not in found.fields


def test_one_note_a_patient_and_each_of_nobody_known() -> None:
    rows = [Note(1, patient="a"), Note(2, patient="a"), Note(3), Note(4)]
    assert [row.words for row in one_a_patient(rows)] == [1, 3, 4]


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({}, 'other parts than "fields" and "unknown"'),
        ({"fields": {}, "more": 1}, 'other parts than "fields" and "unknown"'),
        ({"fields": {}, "unknown": 2}, "unknown fields is 2; give a share from 0 to 1."),
        ({"fields": {"ward": {}}}, "There is no field 'ward'; a note has age_band, city"),
        ({"fields": {"city": {"colour": 1}}}, "The rule of city has other settings than completeness"),
        ({"fields": {"city": {"type": "number"}}}, "The type of city is 'number'; it is 'string'."),
        ({"fields": {"city": {"completeness": 1.2}}}, "The completeness of city is 1.2; give a share from 0 to 1."),
        ({"fields": {"city": {"completeness": True}}}, "The completeness of city is True"),
        ({"fields": {"city": {"completeness": float("nan")}}}, "The completeness of city is nan"),
        ({"fields": {"city": {"low": 3}}}, "city has a range; only the text can have one."),
        ({"fields": {"patient": {"domain": {"p": 1.0}}}}, "patient has allowed values; only specialty"),
        ({"fields": {"city": {"domain": {str(n): 0.0 for n in range(51)}}}}, "51 allowed values; give at most 50."),
        ({"fields": {"city": {"domain": {"x" * 201: 0.0}}}}, "has 201 characters; give 1 to 200."),
    ],
)
def test_what_a_document_can_not_be_is_said(values: dict[str, Any], told: str) -> None:
    with pytest.raises(ConstraintsError) as error:
        read(values)
    assert told in str(error.value)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"low": 9, "high": 3}, "The range of text runs from 9 to 3; give the smaller one first."),
        ({"low": -1}, "A bound of text is -1; give a whole number from 0 to 100,000."),
        ({"high": 1.5}, "A bound of text is 1.5; give a whole number"),
    ],
)
def test_range_that_can_not_be_is_said(said: dict[str, Any], told: str) -> None:
    document = derive(notes(60), came(60, text=(60, 0)))
    with pytest.raises(ConstraintsError) as error:
        document.with_rule("text", **said)
    assert told in str(error.value)


def test_edit_marks_its_field_and_stays_when_derived_anew() -> None:
    before = derive(notes(120, city="Pune"), came(120, text=(120, 0), city=(60, 0)))
    edited = before.with_rule("city", completeness=0.4, domain={"Delhi": 0.0})
    city = edited.fields["city"]
    # A person's share has no chance error.
    assert (city.completeness, city.notes, city.domain, city.edited) == (0.4, 0, {"Delhi": 0.0}, True)
    anew = derive(notes(200, city="Nagpur"), came(200, text=(200, 0), city=(200, 0)))
    kept = edited.kept_over(anew)
    assert kept.fields["city"] == city
    assert kept.fields["text"] == anew.fields["text"]
    assert before.with_rule("city", required=True).fields["city"].notes == 120
    with pytest.raises(ConstraintsError, match="There is no field 'ward'"):
        before.with_rule("ward", required=True)


def test_differences_name_what_changed() -> None:
    before = Document({"city": FieldRule(completeness=0.9), "source": FieldRule()})
    after = Document({"city": FieldRule(completeness=0.8, required=True, domain={"Pune": 0.5, "Agra": 0.0})})
    assert differences(before, after) == [
        "city: completeness 90.0 %, now 80.0 %",
        "city: required no, now yes",
        "city: allowed values any, now Pune (50 %), Agra",
        "source: gone",
    ]
    assert differences(before, before) == []
