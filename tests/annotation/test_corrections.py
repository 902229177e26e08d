"""What became of suggestions: hand-made cases, and counts that add up whatever the spans."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.corrections import Fate, Tally, corrections, tally
from annotation.spans import Span

D, T = "DISEASE", "TREATMENT"
ONE, OTHER = Span(0, 8, D), Span(20, 29, T)


@pytest.mark.parametrize(
    ("suggested", "gold", "expected"),
    [
        ([], [], []),
        ([ONE], [ONE], [(Fate.KEPT, D)]),
        ([ONE], [], [(Fate.REMOVED, D)]),
        ([], [ONE], [(Fate.ADDED, D)]),
        ([ONE], [Span(0, 12, D)], [(Fate.MOVED, D)]),
        ([ONE], [Span(0, 8, T)], [(Fate.RELABELLED, D)]),
        ([ONE], [Span(0, 12, T)], [(Fate.RELABELLED, D)]),
        ([ONE], [Span(8, 12, D)], [(Fate.REMOVED, D), (Fate.ADDED, D)]),  # they touch and share no character
        # Two suggestions in one entity: one of them moved its edge, the other has gone.
        ([Span(0, 3, D), Span(4, 8, D)], [ONE], [(Fate.MOVED, D), (Fate.REMOVED, D)]),
        # One suggestion over two entities.
        ([ONE], [Span(0, 3, D), Span(4, 8, D)], [(Fate.MOVED, D), (Fate.ADDED, D)]),
        # The same words in two labels, where entities may be nested: the equal one is kept.
        ([ONE, Span(0, 8, T)], [ONE], [(Fate.REMOVED, T), (Fate.KEPT, D)]),
        ([ONE, OTHER], [Span(0, 8, T), OTHER], [(Fate.RELABELLED, D), (Fate.KEPT, T)]),
    ],
)
def test_fate_of_suggestions(suggested: list[Span], gold: list[Span], expected: list[tuple[Fate, str]]) -> None:
    assert sorted(corrections(suggested, gold)) == sorted(expected)


def test_tally_counts_by_label_over_notes() -> None:
    notes = [corrections([ONE, OTHER], [ONE]), corrections([ONE], [Span(0, 9, D), OTHER])]
    assert tally(notes) == {D: Tally(kept=1, moved=1), T: Tally(removed=1, added=1)}
    assert (tally(notes)[T].suggested, tally(notes)[T].entities) == (1, 1)


ONE_SPAN = st.builds(
    lambda at, size, label: Span(at, at + size, label), st.integers(0, 40), st.integers(1, 9), st.sampled_from([D, T])
)
SPANS = st.lists(ONE_SPAN, max_size=8, unique=True)


@given(suggested=SPANS, gold=SPANS)
def test_counts_add_up(suggested: list[Span], gold: list[Span]) -> None:
    rows = tally([corrections(suggested, gold)])
    assert sum(row.suggested for row in rows.values()) == len(suggested)
    assert sum(row.entities for row in rows.values()) == len(gold)
    assert {label: row.suggested for label, row in rows.items() if row.suggested} == {
        label: n for label in (D, T) if (n := sum(span.label == label for span in suggested))
    }
    assert sum(row.kept for row in rows.values()) == len(set(suggested) & set(gold))


@given(spans=SPANS)
def test_everything_is_kept_when_nobody_changed_anything(spans: list[Span]) -> None:
    assert {one.fate for one in corrections(spans, spans)} <= {Fate.KEPT}
