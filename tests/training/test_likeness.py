"""How alike two readings of a note are."""

from __future__ import annotations

import pytest

from annotation.spans import Span
from training.likeness import Likeness, together

A, B, C = Span(0, 3, "DISEASE"), Span(5, 9, "TREATMENT"), Span(5, 9, "DISEASE")


def test_same_entities_are_the_same_and_none_are_too() -> None:
    assert Likeness.of([A, B], [B, A]) == Likeness(1, 1, 0, 2, 0, 0)
    assert Likeness.of([], []) == Likeness(1, 1, 0, 0, 0, 0)


def test_another_label_is_another_entity() -> None:
    assert Likeness.of([A, B], [A, C]) == Likeness(1, 0, 0, 1, 1, 1)


def test_less_than_half_in_common_is_apart() -> None:
    assert Likeness.of([A], [B]).apart == 1
    assert Likeness.of([], [B]).apart == 1
    assert Likeness.of([A, B], [A, C]).apart == 0


def test_sums_come_back_from_what_is_kept() -> None:
    whole = together([Likeness.of([A], [A]), Likeness.of([A], [B])])
    assert Likeness.read({**whole.to_json(), "last": 7}) == whole
    assert whole.agreement == pytest.approx(0.5)
    assert Likeness().agreement is None
