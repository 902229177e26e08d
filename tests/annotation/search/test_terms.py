from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.search.content import Content, at_least, at_most, between, entity, names, tag, word
from annotation.search.filters import Days, Filters
from annotation.search.ordering import Place, Sort
from annotation.search.question import parse
from annotation.search.terms import BUCKET, Terms
from annotation.spans import Span

KEY = b"k" * 32


def test_terms_hang_on_the_key_the_project_and_the_bucket() -> None:
    terms = Terms(KEY, 1)
    base = terms.base("word", "fever")
    assert base == Terms(KEY, 1).base("word", "fever")
    others = [
        Terms(b"x" * 32, 1).base("word", "fever"),
        Terms(KEY, 2).base("word", "fever"),
        terms.base("entity", "fever"),
    ]
    assert base not in others
    first, same, next_one = (terms.of_note(note, [base]) for note in (1, BUCKET - 1, BUCKET))
    assert first == same != next_one
    assert -(2**63) <= first[0] < 2**63


def test_terms_of_names_with_other_borders_differ() -> None:
    terms = Terms(KEY, 1)
    assert terms.base("tag", "ab", "c") != terms.base("tag", "a", "bc")


def test_names_of_a_note_are_those_that_a_question_asks_for() -> None:
    content = Content(
        "Known diabetic.", [Span(6, 14, "DISEASE")], [("status", "gold"), ("city", "")], {"received": date(2026, 3, 5)}
    )
    found = names(content)
    assert {
        word("known"),
        word("diabet"),
        entity("Diabetic"),
        entity("diabetic", "DISEASE"),
        tag("status", "gold"),
    } <= found
    assert not any(name[:2] == ("tag", "city") for name in found)
    asked = Filters(parse('known "diabetic"'), label="DISEASE", received=Days(date(2026, 3, 1), date(2026, 3, 9)))
    assert asked.all_of() <= found
    assert all(names & found for names in asked.one_of())


DAYS = st.dates(date(2019, 1, 1), date(2027, 12, 31))


@given(first=DAYS, last=DAYS, day=DAYS)
def test_days_of_a_range_have_one_of_its_names_and_others_have_none(first: date, last: date, day: date) -> None:
    found = names(Content("", days={"received": day}))
    assert bool(found & between("received", first, last)) == (first <= day <= last)
    assert len(between("received", first, last)) < 95


def test_days_with_an_open_end_and_the_wrong_way_round() -> None:
    assert Days().names("received") == frozenset()
    assert Days(first=date(2026, 1, 2)).names("received")
    assert Days(first=date(2026, 1, 2), last=date(2026, 1, 1)).names("received") == {("received", "never")}


@given(st.floats(0, 1), st.floats(0, 1))
def test_shares_have_a_name_of_each_bound_that_they_keep(share: float, bound: float) -> None:
    found = names(Content("", shares={"score": share}))
    if share >= bound:
        assert found & at_least("score", bound)
    if share <= bound:
        assert found & at_most("score", bound)


@pytest.mark.parametrize("sort", Sort)
def test_place_is_read_as_it_was_written(sort: Sort) -> None:
    value = {"annotated": "1764000000123456", "newest": ""}.get(sort.slug, "0.25")
    place = Place.parse("before-42" + (f"-{value}" if value else ""), sort)
    assert place
    assert (place.note, place.back) == (42, True)
    assert Place.parse(str(place), sort) == place


@pytest.mark.parametrize("written", ["", "after", "after-x", "beside-4", "after--1", "after-" + "9" * 30, "after-4-x"])
def test_place_that_is_none_is_the_beginning(written: str) -> None:
    assert Place.parse(written, Sort.DOUBT) is None
