"""What raters said, read as the candidate's: each note once, and the share on which it is worse."""

from __future__ import annotations

import pytest

from training.uat import Judged, Word, result_of, word_of

B, W, BOTH, NEITHER = Word.BETTER, Word.WORSE, Word.BOTH, Word.NEITHER


@pytest.mark.parametrize(
    ("verdict", "swapped", "word"),
    [
        ("left", False, B),
        ("right", False, W),
        ("left", True, W),
        ("right", True, B),
        ("both", True, BOTH),
        ("neither", False, NEITHER),
    ],
)
def test_verdict_is_read_by_the_side_of_the_candidate(verdict: str, swapped: bool, word: Word) -> None:
    assert word_of(verdict, swapped=swapped) == word


@pytest.mark.parametrize(
    ("words", "word"),
    [
        ([B], B),
        ([B, W, W], W),
        ([B, W], Word.SPLIT),
        ([B, BOTH, BOTH], B),
        ([BOTH, NEITHER], BOTH),
        ([NEITHER, NEITHER, BOTH], NEITHER),
    ],
)
def test_note_is_judged_by_what_most_raters_said(words: list[Word], word: Word) -> None:
    assert Judged(1, True, words).word == word


def test_result_counts_notes_and_not_ratings() -> None:
    rows = [Judged(note, note < 4, [W, W] if note < 2 else [BOTH, BOTH]) for note in range(10)]
    result = result_of(rows, limit=0.3)
    every, apart, alike = result.parts
    assert (every.notes, every.worse, every.both) == (10, 2, 8)
    assert (apart.notes, apart.worse, alike.notes, alike.worse) == (4, 2, 6, 0)
    # Wilson, 2 of 10: 0.0567 to 0.5098.
    assert (round(every.low, 4), round(every.high, 4)) == (0.0567, 0.5098)
    assert (list(result.lost), result.agreed) == ([0, 1], 10)


@pytest.mark.parametrize(
    ("worse", "notes", "passed", "words"),
    [
        (3, 10, True, "can't rule out more"),
        (4, 10, False, "leave room for chance"),
        (9, 10, False, "beyond chance"),
        (0, 40, True, "less, beyond chance"),
    ],
)
def test_result_says_what_so_many_notes_can_tell(worse: int, notes: int, passed: bool, words: str) -> None:
    result = result_of([Judged(note, True, [W if note < worse else B]) for note in range(notes)], limit=0.3)
    assert result.passed is passed
    assert words in result.sentence


def test_result_without_a_note_is_refused() -> None:
    with pytest.raises(ValueError, match="no judged note"):
        result_of([], limit=0.3)
