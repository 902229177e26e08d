import numpy as np
import pytest
from scipy.spatial.distance import jensenshannon
from scipy.stats import chi2

from monitoring.drift import measures


def test_measures_are_nothing_for_equal_shares():
    sums = np.array([10.0, 20.0, 30.0])
    assert measures.psi(sums, sums) == pytest.approx(0)
    assert measures.jensen_shannon(sums, sums) == pytest.approx(0)
    assert measures.log_ratio(sums[:2], sums[:2]) == pytest.approx(0)


def test_jensen_shannon_is_scipys_distance():
    window, reference = np.array([400.0, 100.0, 500.0]), np.array([200.0, 300.0, 500.0])
    expected = jensenshannon(measures.shares(window), measures.shares(reference), base=2)
    assert measures.jensen_shannon(window, reference) == pytest.approx(expected)


@pytest.mark.parametrize(("window", "reference", "bins"), [(200, 5000, 10), (500, 5000, 10), (2000, 5000, 10)])
def test_psi_without_a_change_is_as_its_theory_says(window, reference, bins):
    """About (1/N + 1/M) chi-squared of B - 1: .088, .037 and .012 are exceeded in 5 of 100 (statistics.md C4)."""
    rng = np.random.default_rng(1)
    share = np.full(bins, 1 / bins)
    drawn = measures.psi(
        rng.multinomial(window, share, 4000).astype(float), rng.multinomial(reference, share, 4000).astype(float)
    )
    critical = (1 / window + 1 / reference) * chi2.ppf(0.95, bins - 1)
    assert (drawn > critical).mean() == pytest.approx(0.05, abs=0.015)


def test_an_empty_bin_is_no_infinity():
    assert np.isfinite(measures.psi(np.array([0.0, 50.0]), np.array([50.0, 0.0])))


def test_estimated_f1_is_the_formula_of_scores_and_missed():
    # Two found with .9 and .6, and half a one is expected to be missed: 2 * 1.5 / (2 + 1.5 + .5).
    assert measures.estimated_f1(np.array([1.5, 2.0, 0.5])) == pytest.approx(0.75)
    assert measures.estimated_f1(np.array([0.0, 0.0, 0.0])) == 1


def test_drop_is_positive_when_the_window_is_worse():
    assert measures.estimate_drop(np.array([1.0, 2.0, 1.0]), np.array([1.9, 2.0, 0.1])) > 0.3
