import numpy as np

from annotation.spans import Counts
from monitoring.drift import kpi_of


def notes(right, of, count):
    return [Counts(right, of - right, of - right)] * count


def test_as_few_windows_as_hold_enough_are_pooled():
    old, new = notes(5, 10, 60), notes(9, 10, 60)
    assert kpi_of([old, new], 50, []).value == 0.9
    assert kpi_of([old, new], 100, []).notes == 120
    assert kpi_of([old, old, [], [], new], 1000, []).notes == 120  # four at most: the last three and the second


def test_nothing_audited_is_no_figure():
    assert kpi_of([[], []], 50, []) is None


def test_a_fall_against_the_frozen_test_is_told():
    test = notes(9, 10, 100)
    assert kpi_of([notes(5, 10, 50)], 50, test).dropped
    assert not kpi_of([notes(9, 10, 50)], 50, test).dropped


def test_interval_covers_the_true_f1():
    """300 simulated projects whose errors cluster within notes: .93 to .97 of the intervals hold the true F1."""
    rng = np.random.default_rng(3)
    held = 0
    for _ in range(300):
        counts = []
        for _ in range(120):
            skill = rng.beta(6, 1.2)
            right = rng.binomial(4, skill)
            counts.append(Counts(int(right), int(4 - right), int(4 - right)))
        kpi = kpi_of([counts], 50, [])
        held += kpi.low <= 6 / 7.2 <= kpi.high
    assert 0.93 <= held / 300 <= 0.97
