"""Days of simulated clinics: the same each time, calm at first, and then what their name says."""

from __future__ import annotations

import pytest

from annotation.scenarios import CALM_DAYS, SCENARIOS, notes_of

LATE = CALM_DAYS + 70


def days(name: str, day: int, count: int = 60) -> list:
    return list(notes_of(SCENARIOS[name], day, count, seed=3))


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_day_is_the_same_each_time_and_no_other_day(name: str) -> None:
    assert days(name, LATE, 5) == days(name, LATE, 5)
    assert not {note.external_id for note in days(name, 3)} & {note.external_id for note in days(name, 4)}


@pytest.mark.parametrize("name", SCENARIOS)
def test_gold_is_where_it_says_and_the_first_weeks_are_calm(name: str) -> None:
    for note in days(name, LATE):
        assert all(note.text[span.start : span.end].strip() for span in note.spans)
    assert [note.text for note in days(name, CALM_DAYS - 1)] == [note.text for note in days("calm", CALM_DAYS - 1)]
    assert SCENARIOS[name].change_on(CALM_DAYS - 1) == 0
    assert SCENARIOS[name].change_on(LATE) == 1


def test_each_scenario_does_what_its_name_says() -> None:
    fevers = ("dengue", "malaria", "typhoid", "chikungunya", "viral", "leptospirosis")
    rainy = sum(any(f in note.text.lower() for f in fevers) for note in days("monsoon-dengue", LATE))
    usual = sum(any(f in note.text.lower() for f in fevers) for note in days("calm", LATE))
    assert rainy > usual + 15
    clinic = days("new-clinic-upper-case", LATE)
    assert sum(note.facets["source"] == "new-clinic" for note in clinic) > 40
    assert sum(note.text.isupper() for note in clinic) > 40
    assert sum(note.facets["language"] != "en" for note in days("hinglish", LATE)) > 50
    assert not any(character.isspace() for note in days("broken-feed", LATE) for character in note.text)
    assert len({note.template for note in days("new-drug", LATE)} - {note.template for note in days("calm", LATE)}) > 2
