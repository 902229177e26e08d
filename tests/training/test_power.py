"""The figures of statistics.md C2: what 200, 400 and 800 notes see."""

import pytest

from tests.training.note_scores import models
from training.power import detectable, notes_needed, power_of, power_sentence, standard_error
from training.statistics import Difference, f1_difference

# A difference of 0 whose interval leaves a standard error of 1.4 points, as 200 notes do.
USUAL = Difference(0.0, -0.01414 * 1.96, 0.01414 * 1.96, 1.0)


def test_power_of_a_gain_grows_with_the_root_of_the_notes_as_published():
    error = standard_error(USUAL)
    found = [power_of(0.02, error / (notes / 200) ** 0.5) for notes in (200, 400, 800)]
    assert found == pytest.approx([0.29, 0.52, 0.81], abs=0.02)


def test_power_says_how_often_a_gain_is_seen():
    """Simulated: as often as promised from the standard error of any one comparison, within chance."""
    gains = [
        f1_difference(*(([n.counts for n in side]) for side in models(seed, 100, 0.88, 0.84))) for seed in range(80)
    ]
    seen = sum(one.low > 0 for one in gains) / len(gains)
    gain = sum(one.value for one in gains) / len(gains)
    error = sum(standard_error(one) for one in gains) / len(gains)
    assert seen == pytest.approx(power_of(gain, error), abs=0.12)


def test_detectable_gain_is_seen_with_the_power_asked():
    assert power_of(detectable(0.01), 0.01) == pytest.approx(0.8, abs=0.01)
    assert power_of(detectable(0.01, power=0.9), 0.01) == pytest.approx(0.9, abs=0.01)


def test_notes_needed_see_the_gain():
    needed = notes_needed(0.02, 0.0141, 200)
    assert power_of(0.02, 0.0141 * (200 / needed) ** 0.5) == pytest.approx(0.8, abs=0.01)
    assert 750 < needed < 850


def test_notes_needed_for_no_gain_is_a_sentence():
    with pytest.raises(ValueError, match="above 0"):
        notes_needed(0.0, 0.01, 200)


def test_power_of_models_that_never_differ():
    assert (power_of(0.02, 0.0), power_of(0.0, 0.0)) == (1.0, 0.0)


def test_power_sentence_says_that_200_notes_can_not_see_2_points():
    said = power_sentence(USUAL, 200)
    assert said.startswith(
        "200 notes show only gains of 4.0 points or more: a gain of 2 points would be seen 29 times in"
    )
    assert "about 785 notes" in said


def test_power_sentence_of_enough_notes_and_of_equals():
    assert (
        power_sentence(Difference(0, -0.01, 0.01, 1), 900)
        == "900 notes are enough to see a gain of 1.4 points or more."
    )
    assert "never differ" in power_sentence(Difference(0, 0, 0, 1), 50)
