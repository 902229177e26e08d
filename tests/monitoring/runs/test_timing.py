"""Durations in words, and what is left of a step."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from monitoring.runs.timing import lasted, seconds_left, words

NOW = datetime(2026, 1, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (None, ""),
        (-0.2, "0.0 s"),
        (0.44, "0.4 s"),
        (9.96, "10 s"),
        (59.6, "1 min"),
        (190, "3 min 10 s"),
        (3599.7, "1 h"),
        (3900, "1 h 5 min"),
    ],
)
def test_words_of_a_duration(seconds: float | None, said: str) -> None:
    assert words(seconds) == said


def test_seconds_left_when_a_quarter_took_a_minute_is_three_more() -> None:
    assert seconds_left(0.25, NOW - timedelta(minutes=1), NOW) == pytest.approx(180)


@pytest.mark.parametrize(("share", "seconds"), [(0.25, 2), (0.01, 60), (1.0, 60), (0.0, 60)])
def test_seconds_left_while_it_can_not_be_told_is_none(share: float, seconds: int) -> None:
    assert seconds_left(share, NOW - timedelta(seconds=seconds), NOW) is None
    assert seconds_left(share, None, NOW) is None


def test_lasted_of_what_goes_on_counts_until_now() -> None:
    begun = NOW - timedelta(seconds=40)
    assert lasted(begun, None, NOW) == 40
    assert lasted(begun, NOW - timedelta(seconds=30), NOW) == 10
    assert lasted(None, None, NOW) is None
    assert lasted(NOW + timedelta(seconds=5), None, NOW) == 0  # the worker's clock is ahead
