"""A split test: planned so that a difference of the asked size is seen, judged once, by callers."""

from __future__ import annotations

import random

import pytest

from training.traffic_split import Caller, Mean, compare, mean_of, notes_needed


def callers(count: int, share: float, *, each: int = 20, spread: float = 0.0, seed: int = 1) -> list[Caller]:
    """Callers with notes of which about `share` have the property; `spread` makes callers differ."""
    draw = random.Random(seed)
    made = []
    for _ in range(count):
        own = min(1.0, max(0.0, draw.gauss(share, spread)))
        hits = sum(draw.random() < own for _ in range(each))
        made.append(Caller(each, hits, hits))
    return made


def mean(count: int, share: float, **more: float) -> Mean:
    found = mean_of(callers(count, share, **more))  # type: ignore[arg-type]
    assert found is not None
    return found


def test_mean_of_nothing_is_none() -> None:
    assert mean_of([]) is None


def test_mean_of_callers_that_differ_is_less_certain() -> None:
    alike, apart = mean(100, 0.3), mean(100, 0.3, spread=0.25)
    assert alike.n == apart.n == 2_000
    assert apart.error > 1.5 * alike.error
    assert apart.design > 2


def test_notes_needed_sees_the_difference_four_times_in_five() -> None:
    usual = Mean(1_000, 100, 0.3, 0.0145, 0.21, 1.0)
    needed = notes_needed(usual, 0.05, 0.5)
    assert needed == pytest.approx(2 * 0.21 * (2.802 / 0.05) ** 2, rel=0.01)
    seen = 0
    for seed in range(100):
        variant = mean(needed // 20, 0.35, seed=seed)
        champion = mean(needed // 20, 0.3, seed=1_000 + seed)
        seen += compare(variant, champion, more_is_better=False).verdict == "worse"
    assert 65 <= seen <= 92


def test_notes_needed_grow_when_callers_differ_and_with_a_large_share() -> None:
    usual = Mean(1_000, 100, 0.3, 0.0145, 0.21, 1.0)
    clustered = Mean(1_000, 100, 0.3, 0.029, 0.21, 4.0)
    assert notes_needed(clustered, 0.05, 0.5) == pytest.approx(4 * notes_needed(usual, 0.05, 0.5), abs=4)
    assert notes_needed(usual, 0.05, 0.9) > notes_needed(usual, 0.05, 0.1)


@pytest.mark.parametrize(("difference", "share"), [(0.0, 0.5), (0.1, 0.0), (0.1, 1.0)])
def test_notes_needed_for_what_can_not_be_planned_is_refused(difference: float, share: float) -> None:
    with pytest.raises(ValueError, match="can't be planned"):
        notes_needed(Mean(10, 5, 0.3, 0.1, 0.21, 1.0), difference, share)


def test_compare_says_which_way_is_better() -> None:
    high, low = mean(100, 0.5), mean(100, 0.3, seed=2)
    assert compare(high, low, more_is_better=True).verdict == "better"
    assert compare(high, low, more_is_better=False).verdict == "worse"
    assert compare(low, high, more_is_better=False).verdict == "better"


def test_compare_of_the_same_or_of_few_callers_is_inconclusive() -> None:
    assert compare(mean(100, 0.3), mean(100, 0.3, seed=2), more_is_better=True).verdict == "inconclusive"
    assert compare(mean(5, 0.9, each=100), mean(100, 0.3), more_is_better=True).verdict == "inconclusive"
