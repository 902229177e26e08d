"""Weeks, windows, quartiles, and a change that is told from chance."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from annotation.spans import Counts
from monitoring.trends import ENOUGH, four_weeks_of, newest_window, quartiles, shift, week_of

TODAY = date(2026, 11, 25)
RIGHT, WRONG = Counts(tp=3), Counts(tp=1, fp=2, fn=2)


def test_week_begins_on_monday() -> None:
    assert week_of(TODAY) == week_of(date(2026, 11, 29)) == date(2026, 11, 23)
    assert week_of(date(2026, 11, 23)) == date(2026, 11, 23)


def test_windows_of_four_weeks_count_back_from_today() -> None:
    assert newest_window(TODAY) == date(2026, 10, 29)
    assert four_weeks_of(date(2026, 10, 29), TODAY) == date(2026, 10, 29)
    assert four_weeks_of(date(2026, 10, 28), TODAY) == date(2026, 10, 1)
    days = [TODAY - timedelta(days=n) for n in range(56)]
    assert len({four_weeks_of(day, TODAY) for day in days}) == 2


def test_quartiles_of_one_value_and_of_many() -> None:
    assert (quartiles([7]).low, quartiles([7]).median, quartiles([7]).high) == (7, 7, 7)
    many = quartiles([10, 20, 30, 40])
    assert (many.notes, many.low, many.median, many.high) == (4, 17.5, 25, 32.5)


def test_change_beyond_chance_is_real_and_no_change_is_not() -> None:
    worse = shift([RIGHT] * 40, [RIGHT, WRONG] * 20)
    assert worse.is_real
    assert worse.low <= worse.value <= worse.high < 0
    same = shift([RIGHT, WRONG] * 30, [WRONG, RIGHT] * 15, tests=3)
    assert not same.is_real
    assert same.value == pytest.approx(0)


def test_more_comparisons_need_a_clearer_change() -> None:
    one, many = (shift([RIGHT] * 30 + [WRONG] * 5, [RIGHT, WRONG] * 15, tests=tests) for tests in (1, 20))
    assert many.low < one.low < one.high < many.high


def test_too_few_notes_are_refused() -> None:
    with pytest.raises(ValueError, match="too few"):
        shift([RIGHT] * ENOUGH, [RIGHT] * (ENOUGH - 1))
