"""Evidence that may be looked at at any time: it holds its level, and is quick when something is plainly wrong."""

from __future__ import annotations

import random
from itertools import accumulate
from math import inf, log

import pytest

from training.traffic_evidence import mean_interval, share_evidence

ALPHA = 0.01


def test_share_evidence_grows_with_each_hit_and_falls_with_each_miss() -> None:
    assert share_evidence(0, 0, 0.02) == 0
    assert 0 < share_evidence(1, 1, 0.02) < share_evidence(2, 2, 0.02)
    assert share_evidence(2, 20, 0.02) < share_evidence(2, 10, 0.02)


def test_share_evidence_of_plain_failure_trips_within_three_requests() -> None:
    assert share_evidence(3, 3, 0.02) > log(1 / 0.0001)


def test_share_evidence_looked_at_after_each_request_rarely_trips_at_the_limit() -> None:
    draw = random.Random(4)
    tripped = 0
    for _ in range(300):
        series = accumulate(draw.random() < 0.05 for _ in range(300))
        tripped += any(share_evidence(hits, n, 0.05) >= log(1 / 0.05) for n, hits in enumerate(series, 1))
    assert tripped <= 0.05 * 300


@pytest.mark.parametrize(("hits", "n", "limit"), [(2, 1, 0.1), (-1, 3, 0.1), (1, 2, 0.0), (1, 2, 1.0)])
def test_share_evidence_of_no_share_is_refused(hits: int, n: int, limit: float) -> None:
    with pytest.raises(ValueError, match="give"):
        share_evidence(hits, n, limit)


def test_mean_interval_narrows_with_the_notes_and_is_wider_than_of_one_look() -> None:
    few, many = mean_interval(50, 3.0, 4.0, ALPHA), mean_interval(5_000, 3.0, 4.0, ALPHA)
    assert few.low < many.low < 3 < many.high < few.high
    assert few.high - 3 > 2.576 * 2 / 50**0.5
    assert mean_interval(0, 0.0, 1.0, ALPHA).high == inf


def test_mean_interval_looked_at_all_the_time_rarely_misses_the_mean() -> None:
    draw = random.Random(5)
    missed = 0
    for _ in range(60):
        sums = list(accumulate(draw.gauss(0, 1) for _ in range(600)))
        looks = ((n, sums[n - 1] / n) for n in range(50, 600, 10))
        missed += any(not (i := mean_interval(n, mean, 1.0, 0.05)).low <= 0 <= i.high for n, mean in looks)
    assert missed <= 3
