import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotation.spans import Span, exact_counts
from training.example_differences import Error, NoteSpans, Outcome, example_differences, summary

FEVER, COUGH = Span(0, 5, "DISEASE"), Span(10, 15, "DISEASE")
WIDE, RENAMED = Span(0, 9, "DISEASE"), Span(0, 5, "TREATMENT")
PLACES = [Span(start, start + size, label) for start in (0, 4, 8) for size in (2, 3, 6) for label in ("D", "T")]
SPANS = st.lists(st.sampled_from(PLACES), unique=True, max_size=5)


def apart(spans):
    """Without overlaps, as models find them."""
    kept = []
    for span in sorted(spans):
        if not kept or kept[-1].end <= span.start:
            kept.append(span)
    return kept


def changes(gold, candidate, champion, **how):
    found = example_differences([NoteSpans(1, gold, candidate, champion)], **how)
    return [(change.outcome.value, change.error.value) for note in found for change in note.changes]


@pytest.mark.parametrize(
    ("candidate", "champion", "expected"),
    [
        ([FEVER], [FEVER], []),
        ([], [], []),
        ([WIDE], [WIDE], []),
        ([FEVER], [], [("fixed", "missed")]),
        ([], [FEVER], [("broken", "missed")]),
        ([FEVER], [WIDE], [("fixed", "boundary")]),
        ([WIDE], [FEVER], [("broken", "boundary")]),
        ([RENAMED], [FEVER], [("broken", "label")]),
        ([FEVER, COUGH], [FEVER], [("broken", "spurious")]),
        ([FEVER], [FEVER, COUGH], [("fixed", "spurious")]),
        ([WIDE], [], [("changed", "boundary")]),
        ([], [RENAMED], [("changed", "missed")]),
        ([COUGH], [FEVER], [("broken", "missed"), ("broken", "spurious")]),
    ],
)
def test_kind_of_difference_and_who_is_right(candidate, champion, expected):
    assert changes([FEVER], candidate, champion) == expected


def test_wrong_edges_and_label_together_are_a_wrong_label():
    assert changes([FEVER], [Span(0, 9, "TREATMENT")], [FEVER]) == [("broken", "label")]


def test_labels_that_are_retired_do_not_count():
    assert changes([FEVER], [FEVER, Span(20, 25, "OLD")], [FEVER], labels=["DISEASE"]) == []
    assert changes([FEVER], [RENAMED], [FEVER], labels=["DISEASE"]) == [("broken", "missed")]


def test_notes_most_telling_first_then_those_with_most_broken():
    alike = NoteSpans(1, [FEVER], [FEVER], [FEVER])
    changed = NoteSpans(2, [FEVER], [WIDE], [])
    fixed = NoteSpans(3, [FEVER], [FEVER], [])
    broken = NoteSpans(4, [FEVER], [], [FEVER])
    two = NoteSpans(5, [FEVER, COUGH], [FEVER, COUGH], [])
    found = example_differences([alike, changed, fixed, broken, two])
    assert [note.note_id for note in found] == [5, 4, 3, 2]


def test_difference_as_json_holds_offsets_of_all_three():
    (note,) = example_differences([NoteSpans(7, [FEVER], [WIDE], [RENAMED])])
    assert json.loads(json.dumps(note.to_json())) == {
        "note": 7,
        "fixed": 0,
        "broken": 0,
        "changed": 1,
        "changes": [
            {
                "outcome": "changed",
                "error": "boundary",
                "gold": FEVER.to_json(),
                "candidate": {"error": "boundary", "found": WIDE.to_json()},
                "champion": {"error": "label", "found": RENAMED.to_json()},
            }
        ],
    }


def test_summary_counts_by_outcome_and_error():
    notes = [NoteSpans(1, [FEVER], [FEVER], []), NoteSpans(2, [FEVER], [FEVER], []), NoteSpans(3, [], [COUGH], [])]
    found = summary(example_differences(notes))
    assert found["fixed"] == {"missed": 2, "spurious": 0, "boundary": 0, "label": 0}
    assert found["broken"]["spurious"] == 1
    assert set(found) == {outcome.value for outcome in Outcome}


@settings(max_examples=200)
@given(SPANS, SPANS, SPANS)
def test_differences_add_up_to_the_difference_in_scores(gold, candidate, champion):
    """Entities of the gold that are fixed, less those that are broken, are the true positives gained."""
    gold, candidate, champion = map(apart, (gold, candidate, champion))
    found = example_differences([NoteSpans(1, gold, candidate, champion)])
    of_gold = [change for note in found for change in note.changes if change.gold]
    gained = sum(c.outcome == Outcome.FIXED for c in of_gold) - sum(c.outcome == Outcome.BROKEN for c in of_gold)
    assert gained == exact_counts(gold, candidate).tp - exact_counts(gold, champion).tp


@given(SPANS, SPANS, SPANS)
def test_differences_the_other_way_round_exchange_fixed_and_broken(gold, candidate, champion):
    gold, candidate, champion = map(apart, (gold, candidate, champion))
    one, other = (
        summary(example_differences([NoteSpans(1, gold, *sides)]))
        for sides in ((candidate, champion), (champion, candidate))
    )
    assert (one["fixed"], one["broken"]) == (other["broken"], other["fixed"])
    assert sum(one["changed"].values()) == sum(other["changed"].values())


def test_every_error_has_a_name_of_its_own():
    assert len({error.value for error in Error}) == 4
