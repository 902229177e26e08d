"""Simulated notes: how often the paired checks are wrong."""

import pytest

from tests.training.note_scores import models, one_note
from training.comparison import labels, slices
from training.gate_paired import no_losses, not_worse


def asked(candidate, champion, **how):
    return not_worse(candidate, champion, **{"margin": 0.01, "alpha": 0.05} | how)


def test_not_worse_passes_a_clear_gain_and_says_better():
    check = asked(*models(1, 300, 0.95, 0.8))
    assert check.passed
    assert check.figures["verdict"] == "better"
    assert ": better. 300 notes" in check.sentence


def test_not_worse_fails_a_clear_loss_and_names_the_notes():
    candidate, champion = models(2, 300, 0.75, 0.92)
    check = asked(candidate, champion)
    assert (check.passed, check.figures["verdict"]) == (False, "worse")
    more = [
        candidate[n].counts.fn + candidate[n].counts.fp - champion[n].counts.fn - champion[n].counts.fp
        for n in check.notes
    ]
    assert more == sorted(more, reverse=True)
    assert more[-1] > 0


def test_not_worse_on_few_notes_can_not_tell_and_says_how_many_would():
    check = asked(*models(3, 40))
    assert (check.passed, check.figures["verdict"]) == (False, "can't tell")
    assert "can't tell whether it is worse by more than 1.0 point" in check.sentence
    assert "test notes would tell; there are 40." in check.sentence


def test_not_worse_passes_the_champion_itself():
    champion, _ = models(4, 50)
    check = asked(champion, champion)
    assert (check.passed, check.figures["verdict"], check.figures["value"]) == (True, "not worse", 0.0)


def test_not_worse_calls_a_gain_within_the_spread_of_seeds_no_gain():
    sides = models(1, 300, 0.95, 0.8)
    check = asked(*sides, spread=0.5)
    assert (check.passed, check.figures["verdict"]) == (True, "not worse")
    assert "no gain, as seeds of one recipe differ by as much" in check.sentence


def test_not_worse_seldom_passes_a_model_worse_by_more_than_the_margin():
    """Two points of F1 below the champion: passed at most as often as alpha / 2 promises, within chance."""
    passed = sum(bool(asked(*models(seed, 150, 0.80, 0.84), seed=seed).passed) for seed in range(80))
    assert passed / 80 <= 0.05


def test_no_losses_block_the_label_that_lost_and_name_its_notes():
    candidate, champion = models(5, 300, DISEASE=0.6)
    checks = {check.name: check for check in no_losses(candidate, champion, labels(champion), 30, 50, 0.05)}
    lost = checks["No label lost: DISEASE"]
    assert lost.passed is False
    assert "a loss beyond chance (corrected p 0.0" in lost.sentence
    note = candidate[lost.notes[0]].per_label["DISEASE"]
    assert note.fn > champion[lost.notes[0]].per_label["DISEASE"].fn or note.fp > 0
    assert checks["No label lost: TREATMENT"].passed


def test_no_losses_of_small_slices_are_one_check_that_was_not_tested():
    notes = [one_note(n, {"D": (3, 0, 0)}, city=f"city {n // 40 if n < 80 else n}") for n in range(90)]
    checks = no_losses(notes, notes, slices(notes), 30, 50, 0.05)
    assert [check.passed for check in checks] == [True, True, None]
    assert "Not tested, as fewer than 30 notes or 50 entities speak of them: city: city 80" in checks[-1].sentence
    assert checks[-1].sentence.endswith("and 5 more.")
    assert len(checks[-1].figures["parts"]) == 10


@pytest.mark.parametrize("parts", [labels, slices])
def test_no_losses_seldom_block_an_equal_model(parts):
    blocked = 0
    for seed in range(60):
        candidate, champion = models(seed, 100)
        blocked += any(
            check.passed is False for check in no_losses(candidate, champion, parts(champion), 30, 50, 0.05, seed)
        )
    assert blocked / 60 <= 0.07
