"""The figures are those of `statistics.md` C1 and C2."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import false_discovery_control

from annotation.spans import Counts
from training.statistics import benjamini_hochberg, f1_difference, f1_interval, holm, score, wilson


def notes(source, count, p=0.8):
    """Notes of 1-5 gold entities whose recall varies from note to note, so that errors cluster."""
    found = []
    for _ in range(count):
        gold = int(source.integers(1, 6))
        tp = int(source.binomial(gold, source.beta(6 * p, 6 * (1 - p))))
        found.append(Counts(tp, int(source.poisson(0.4)), gold - tp))
    return found


def test_f1_interval_is_around_f1_and_narrows_with_notes():
    source = np.random.default_rng(1)
    few, many = notes(source, 50), notes(source, 800)
    small, large = f1_interval(few), f1_interval(many)
    assert small.low < sum(few, Counts()).f1 < small.high
    assert large.high - large.low < (small.high - small.low) / 2


def test_f1_interval_covers_truth_as_often_as_it_says():
    source = np.random.default_rng(2)
    truth = sum(notes(source, 40_000), Counts()).f1
    hits = 0
    for seed in range(300):
        interval = f1_interval(notes(source, 100), resamples=300, seed=seed)
        hits += interval.low <= truth <= interval.high
    assert 0.91 <= hits / 300 <= 0.98


def test_f1_interval_same_seed_same_answer():
    counts = notes(np.random.default_rng(3), 60)
    assert f1_interval(counts, seed=5) == f1_interval(counts, seed=5)


def test_f1_interval_of_perfect_notes_is_a_point():
    interval = f1_interval([Counts(3, 0, 0)] * 10)
    assert (interval.low, interval.high) == (1.0, 1.0)


def test_f1_interval_of_notes_with_nothing_in_them_is_zero():
    assert f1_interval([Counts()] * 5).to_json() == {"low": 0.0, "high": 0.0}


def test_f1_difference_sees_a_clear_gain():
    source = np.random.default_rng(4)
    champion = notes(source, 300)
    candidate = [Counts(c.tp + min(1, c.fn), c.fp, c.fn - min(1, c.fn)) for c in champion]
    found = f1_difference(candidate, champion)
    assert found.low > 0
    assert found.low < found.value < found.high
    assert found.p < 0.01


def test_f1_difference_of_equals_is_none():
    counts = notes(np.random.default_rng(5), 100)
    found = f1_difference(counts, counts)
    assert (found.value, found.low, found.high, found.p) == (0.0, 0.0, 0.0, 1.0)


def test_f1_difference_without_gain_is_rarely_significant():
    source = np.random.default_rng(6)
    found = [f1_difference(notes(source, 100), notes(source, 100), resamples=200, seed=n).p for n in range(200)]
    assert sum(p < 0.05 for p in found) / 200 <= 0.1


def test_f1_difference_refuses_other_notes():
    with pytest.raises(ValueError, match="candidate has 2 notes, the champion 1"):
        f1_difference([Counts(1)] * 2, [Counts(1)])


def test_f1_difference_p_is_no_smaller_than_its_swaps_can_show():
    champion = [Counts(1, 0, 1)] * 60
    candidate = [Counts(2, 0, 0)] * 60
    assert f1_difference(candidate, champion).p == pytest.approx(1 / 1001)
    assert f1_difference(candidate, champion, swaps=4000).p == pytest.approx(1 / 4001)


def test_holm_gives_the_worked_example():
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


@given(st.lists(st.floats(0, 1), max_size=20))
def test_holm_keeps_the_order_and_lies_between_p_and_bonferroni(ps):
    found = holm(ps)
    assert all(p <= corrected <= min(1.0, p * len(ps) + 1e-12) for p, corrected in zip(ps, found, strict=True))
    by_p = [corrected for _, corrected in sorted(zip(ps, found, strict=True))]
    assert by_p == sorted(by_p)


def test_wilson_gives_the_published_interval():
    interval = wilson(19, 20)
    assert (round(interval.low, 3), round(interval.high, 3)) == (0.764, 0.991)


@pytest.mark.parametrize(("successes", "n", "low", "high"), [(0, 10, 0.0, 0.278), (10, 10, 0.722, 1.0)])
def test_wilson_stays_within_zero_and_one(successes, n, low, high):
    interval = wilson(successes, n)
    assert interval.low == pytest.approx(low, abs=5e-4)
    assert interval.high == pytest.approx(high, abs=5e-4)


@pytest.mark.parametrize(("successes", "n"), [(0, 0), (3, 2), (-1, 5)])
def test_wilson_refuses_what_is_no_share(successes, n):
    with pytest.raises(ValueError, match="no share"):
        wilson(successes, n)


def test_score_is_plain_json():
    found = score([Counts(3, 1, 0), Counts(1, 0, 2)])
    assert json.loads(json.dumps(found)) == found
    assert (found["precision"], found["recall"], found["notes"], found["entities"]) == (0.8, 4 / 6, 2, 6)


@pytest.mark.parametrize("call", [f1_interval, score, lambda counts: f1_difference(counts, counts)])
def test_no_notes_is_a_sentence(call):
    with pytest.raises(ValueError, match="0 notes"):
        call([])


def test_benjamini_hochberg_is_scipys() -> None:
    ps = [0.01, 0.04, 0.03, 0.005, 0.9, 0.04]
    assert benjamini_hochberg(ps) == pytest.approx(list(false_discovery_control(ps)))
    assert benjamini_hochberg([]) == []
