import pytest

from tests.training.note_scores import one_note
from training.gate_words import SHOWN, most_errors, most_lost, percent, points


@pytest.mark.parametrize(
    ("share", "words"),
    [(0.0123, "+1.2 points"), (-0.01, "-1.0 point"), (0.01, "+1.0 point"), (-0.0001, "+0.0 points")],
)
def test_points_are_signed_and_in_the_right_number(share, words):
    assert points(share) == words


def test_percent_and_unsigned_points():
    assert (percent(0.8456), points(0.05, sign=False)) == ("84.6 %", "5.0 points")


def test_most_errors_are_the_worst_first_and_none_without():
    notes = [one_note(n, {"D": (1, fp, fn)}) for n, (fp, fn) in enumerate([(0, 0), (1, 0), (2, 2), (0, 1)])]
    assert most_errors(notes) == [2, 1, 3]
    assert len(most_errors([one_note(n, {"D": (0, 1, 0)}) for n in range(50)])) == SHOWN


def test_most_lost_are_those_with_more_errors_than_before():
    candidate = [one_note(n, {"D": (1, 0, fn)}) for n, fn in enumerate([5, 2, 3])]
    champion = [one_note(n, {"D": (1, 0, fn)}) for n, fn in enumerate([5, 1, 0])]
    assert most_lost(candidate, champion) == [2, 1]
