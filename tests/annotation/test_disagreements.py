import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.disagreements import (
    Choice,
    Difference,
    Disagreement,
    Kind,
    Reason,
    choices_in,
    differences,
    disagreements,
    reasons,
    result,
)
from annotation.spans import MarkedSpan, span_problems

EXACT = MarkedSpan(0, 4, "DISEASE")


def one(left, right):
    (found,) = disagreements(left, right)
    return found.kind


def test_same_versions_have_no_disagreement():
    assert disagreements([EXACT, MarkedSpan(6, 9, "DRUG")], [MarkedSpan(6, 9, "DRUG"), EXACT]) == []
    assert disagreements([], []) == []


def test_each_kind_is_told_apart():
    assert one([EXACT], [MarkedSpan(0, 9, "DISEASE")]) == Kind.BOUNDARY
    assert one([EXACT], [MarkedSpan(0, 4, "DRUG")]) == Kind.LABEL
    assert one([EXACT], [MarkedSpan(2, 9, "DRUG")]) == Kind.BOTH
    assert one([EXACT], [EXACT._replace(assertion=("negated",))]) == Kind.ATTRIBUTES
    assert one([EXACT._replace(code="E11.9")], [EXACT]) == Kind.ATTRIBUTES
    assert one([EXACT], []) == Kind.ONLY_LEFT
    assert one([], [EXACT]) == Kind.ONLY_RIGHT


def test_spans_that_only_touch_do_not_meet():
    assert [d.kind for d in disagreements([EXACT], [MarkedSpan(4, 8, "DISEASE")])] == [Kind.ONLY_LEFT, Kind.ONLY_RIGHT]


def test_a_span_meets_one_span_the_one_with_most_in_common():
    long, short, tail = MarkedSpan(0, 20, "DISEASE"), MarkedSpan(0, 5, "DISEASE"), MarkedSpan(6, 20, "DISEASE")
    assert disagreements([long], [short, tail]) == [
        Disagreement(Kind.ONLY_RIGHT, None, short),
        Disagreement(Kind.BOUNDARY, long, tail),
    ]


def test_same_label_is_closer_than_more_characters():
    ours, label, longer = MarkedSpan(0, 9, "DRUG"), MarkedSpan(0, 2, "DRUG"), MarkedSpan(3, 9, "DISEASE")
    assert Disagreement(Kind.BOUNDARY, ours, label) in disagreements([ours], [label, longer])


def test_inner_span_that_one_side_lacks_is_not_taken_for_the_outer():
    outer, inner = MarkedSpan(0, 20, "DRUG"), MarkedSpan(5, 9, "DISEASE")
    assert disagreements([outer, inner], [outer]) == [Disagreement(Kind.ONLY_LEFT, inner, None)]


def test_labels_at_issue_are_one_or_two():
    (found,) = disagreements([EXACT], [MarkedSpan(0, 4, "DRUG")])
    assert found.labels == ("DISEASE", "DRUG")
    assert disagreements([EXACT], [])[0].labels == ("DISEASE",)


def test_differences_that_overlap_are_decided_together():
    long, short, tail = MarkedSpan(0, 20, "DISEASE"), MarkedSpan(0, 5, "DISEASE"), MarkedSpan(6, 20, "DISEASE")
    alone, same = MarkedSpan(30, 35, "DRUG"), MarkedSpan(40, 44, "DRUG")
    agreed, found = differences([long, alone, same], [short, tail, same])
    assert agreed == [same]
    assert [(d.left, d.right) for d in found] == [((long,), (short, tail)), ((alone,), ())]
    assert [[one.kind for one in d.disagreements] for d in found] == [
        [Kind.ONLY_RIGHT, Kind.BOUNDARY],
        [Kind.ONLY_LEFT],
    ]


TEXT = "x" * 40


def versions(nested):
    span = st.builds(
        lambda start, length, label: MarkedSpan(start, min(40, start + length), label),
        st.integers(0, 39), st.integers(1, 12), st.sampled_from(["A", "B"]),
    )  # fmt: skip

    def valid(spans):
        kept = []
        for one in spans:
            if not span_problems(TEXT, [*kept, one], ["A", "B"], nested=nested):
                kept.append(one)
        return kept

    return st.lists(span, max_size=8).map(valid)


@given(st.booleans().flatmap(lambda nested: st.tuples(st.just(nested), versions(nested), versions(nested))), st.data())
def test_whichever_sides_are_taken_the_result_fits_together(made, data):
    nested, left, right = made
    agreed, found = differences(left, right)
    assert sorted([*agreed, *(s for d in found for s in d.left)]) == sorted(left)
    assert sorted([*agreed, *(s for d in found for s in d.right)]) == sorted(right)
    picks = [data.draw(st.sampled_from(difference.choices(nested=nested))) for difference in found]
    spans = result(agreed, found, picks)
    assert span_problems(TEXT, spans, ["A", "B"], nested=nested) == []
    assert result(agreed, found, choices_in(spans, found)) == spans


@given(versions(True), versions(True))
def test_exchanging_the_sides_exchanges_the_kinds(left, right):
    turned = {Kind.ONLY_LEFT: Kind.ONLY_RIGHT, Kind.ONLY_RIGHT: Kind.ONLY_LEFT}
    there = [(d.kind, d.left, d.right) for d in disagreements(left, right)]
    back = [(turned.get(d.kind, d.kind), d.right, d.left) for d in disagreements(right, left)]
    assert sorted(there, key=str) == sorted(back, key=str)


def test_both_sides_can_be_taken_where_the_policy_lets_them_stand_together():
    def both(left, right, nested):
        (found,) = differences(left, right)[1]
        return Choice.BOTH in found.choices(nested=nested)

    wide = MarkedSpan(0, 9, "DISEASE")
    assert not both([EXACT], [wide], False)
    assert both([EXACT], [wide], True)
    assert not both([MarkedSpan(2, 12, "DRUG")], [wide], True), "they cross"
    assert not both([EXACT], [MarkedSpan(0, 4, "DRUG")], True), "one stretch, two labels"
    assert differences([EXACT], [])[1][0].choices(nested=True) == [Choice.LEFT, Choice.RIGHT]


def test_choices_need_one_for_each_difference():
    agreed, found = differences([EXACT], [])
    with pytest.raises(ValueError, match="zip"):
        result(agreed, found, [])
    assert result(agreed, found, [None]) == []
    assert choices_in([MarkedSpan(0, 2, "DISEASE")], found) == [Choice.RIGHT]
    assert choices_in([EXACT], differences([EXACT], [MarkedSpan(0, 9, "DISEASE")])[1]) == [Choice.LEFT]


def test_five_thousand_nested_spans_are_compared_at_once():
    left = [MarkedSpan(i, 20_000 - i, "A") for i in range(5_000)]
    agreed, found = differences(left, left[:-1])
    assert len(agreed) == 4_999
    assert found == [Difference((left[-1],), (), (Disagreement(Kind.ONLY_LEFT, left[-1], None),))]


def test_reasons_count_kinds_and_labels_and_merge_the_sides():
    label = disagreements([EXACT], [MarkedSpan(0, 4, "DRUG")])
    missing_left, missing_right = disagreements([EXACT], []), disagreements([], [EXACT])
    found = reasons([(1, label), (2, missing_left), (3, missing_right + missing_left), (4, []), (5, missing_left)])
    assert found == [
        Reason("missing", ("DISEASE",), 4, 0.8, (2, 3, 5)),
        Reason("label", ("DISEASE", "DRUG"), 1, 0.2, (1,)),
    ]
    assert reasons([]) == []
