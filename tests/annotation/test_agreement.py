"""Alpha is held against Krippendorff's published examples, F1 against cases counted by hand."""

from collections import Counter

import pytest

from annotation.agreement import Figure, Scores, agreement, agreement_per_label, nominal_alpha, tokens_of
from annotation.agreement import compare as compare_tokens
from annotation.spans import Counts, MarkedSpan

TEXT = "k/c/o type 2 diabetes, on metformin 500mg"
DIABETES, TYPED = MarkedSpan(13, 21, "DISEASE"), MarkedSpan(6, 21, "DISEASE")
DRUG = MarkedSpan(26, 35, "TREATMENT")


def compare(text, left, right):
    return compare_tokens(tokens_of(text), left, right)


def units(*people):
    return [[None if value == "." else value for value in unit] for unit in zip(*people, strict=True)]


# Krippendorff, Computing Krippendorff's Alpha-Reliability (2011): examples A, B and C.
@pytest.mark.parametrize(
    ("people", "alpha"),
    [
        (["0100000010", "1110010000"], 0.095),
        (["aabbdcccedda", "babbbccceddd"], 0.692),
        (["123321412...", "1233224125.3", ".3332342251.", "12332441251."], 0.743),
    ],
)
def test_alpha_is_the_published_one(people, alpha):
    assert round(nominal_alpha(units(*people)), 3) == alpha


@pytest.mark.parametrize("people", [["aaaa", "aaaa"], ["ab..", "..ab"], ["abc"], []])
def test_alpha_without_ground_is_none(people):
    assert nominal_alpha(units(*people)) is None


def test_alpha_of_agreement_is_one_and_of_opposites_below_zero():
    assert nominal_alpha(units("aabb", "aabb")) == 1
    assert nominal_alpha(units("ab", "ba")) < 0


# F1 ------------------------------------------------------------------------------------------------------------------
def test_strict_and_partial_of_a_note_counted_by_hand():
    """As nervaluate would: one exact, one with other edges, one spurious, one missed."""
    left = [TYPED, DRUG, MarkedSpan(36, 41, "DISEASE")]
    right = [DIABETES, DRUG, MarkedSpan(0, 5, "DISEASE")]
    found = compare(TEXT, left, right)
    assert found.strict == {"DISEASE": Counts(0, 2, 2), "TREATMENT": Counts(1, 0, 0)}
    assert found.partial == {"DISEASE": Counts(1, 1, 1), "TREATMENT": Counts(1, 0, 0)}
    scores = agreement([found])
    assert scores.strict.value == pytest.approx(2 / 6)
    assert scores.partial.value == pytest.approx(4 / 6)
    labels = agreement_per_label([found])
    assert labels["DISEASE"].partial.value == 0.5
    assert labels["TREATMENT"].strict.value == 1


def test_partial_needs_the_label_and_meets_one_with_one():
    other = DIABETES._replace(label="TREATMENT")
    assert compare(TEXT, [TYPED], [other]).partial == {"DISEASE": Counts(0, 0, 1), "TREATMENT": Counts(0, 1, 0)}
    halves = [MarkedSpan(6, 12, "DISEASE"), DIABETES]
    assert compare(TEXT, [TYPED], halves).partial == {"DISEASE": Counts(1, 1, 0)}


def test_notes_empty_on_both_sides_have_no_ground():
    notes = [compare(TEXT, [], [])] * 3
    assert agreement(notes) == Scores(3, Figure(), Figure(), Figure())
    assert agreement_per_label(notes) == {}


def test_note_empty_on_one_side_is_no_agreement():
    scores = agreement([compare(TEXT, [DIABETES], [])])
    assert scores.strict == Figure(0.0, 0.0, 0.0)
    assert scores.alpha.value == pytest.approx(0)


def test_no_notes_give_no_figures():
    assert agreement([]) == Scores(0, Figure(), Figure(), Figure())
    assert agreement_per_label([]) == {}


# Tokens --------------------------------------------------------------------------------------------------------------
def test_alpha_on_tokens_is_that_of_their_values():
    """13 tokens: k / c / o type 2 diabetes , on metformin 500mg, of which two differ."""
    scores = agreement([compare(TEXT, [TYPED, DRUG], [DIABETES, DRUG])])
    left = "ooooodddoot" + "o"
    right = "ooooooodoot" + "o"
    assert scores.alpha.value == pytest.approx(nominal_alpha(units(left, right)))


def test_tokens_under_nested_entities_have_all_their_labels():
    inner = MarkedSpan(13, 21, "SITE")
    found = compare(TEXT, [TYPED, inner], [TYPED])
    values = {frozenset(), frozenset({"DISEASE"}), frozenset({"DISEASE", "SITE"})}
    assert {pair[0] for pair in found.tokens} == values
    assert found.tokens[frozenset({"DISEASE", "SITE"}), frozenset({"DISEASE"})] == 1
    assert agreement_per_label([found])["DISEASE"].alpha.value == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [("मधुमेह है।", 3), ("👩‍⚕️ ok", 2), ("e\u0301te\u0301\r\n\tx", 2), ("Tab.500", 3), ("", 0), ("  ", 0)],
)
def test_combining_marks_and_joiners_stay_in_their_token(text, words):
    assert compare(text, [], []).tokens == Counter({(frozenset(), frozenset()): words} if words else {})


def test_span_inside_a_token_touches_it_and_beyond_the_text_nothing():
    found = compare("Metformin500", [MarkedSpan(0, 9, "DRUG")], [MarkedSpan(40, 50, "DRUG")])
    assert found.tokens == Counter({(frozenset({"DRUG"}), frozenset()): 1})


# Intervals -----------------------------------------------------------------------------------------------------------
def test_intervals_hold_the_value_and_narrow_with_notes():
    same, edges = compare(TEXT, [TYPED, DRUG], [TYPED, DRUG]), compare(TEXT, [TYPED, DRUG], [DIABETES, DRUG])
    few, many = agreement([same, edges, same] * 10), agreement([same, edges, same] * 200)
    for name in ("strict", "partial", "alpha"):
        small, large = getattr(few, name), getattr(many, name)
        assert small.low <= small.value <= small.high
        assert large.value == pytest.approx(small.value, abs=1e-3)
        assert large.high - large.low <= (small.high - small.low) / 2
    assert few == agreement([same, edges, same] * 10)


def test_interval_draws_notes_and_not_entities():
    """Ten notes of fifty entities each, all right or all wrong: 500 entities would give a narrow interval."""
    text = "x " * 50
    spans = [MarkedSpan(2 * i, 2 * i + 1, "A") for i in range(50)]
    right, wrong = compare(text, spans, spans), compare(text, spans, [s._replace(label="B") for s in spans])
    scores = agreement([right, wrong] * 5)
    assert scores.strict.value == 0.5
    assert scores.strict.high - scores.strict.low > 0.5


def test_label_counts_the_notes_that_have_it():
    notes = [compare(TEXT, [DRUG], [DRUG]), compare(TEXT, [], [DIABETES]), compare(TEXT, [], [])]
    assert {label: scores.notes for label, scores in agreement_per_label(notes).items()} == {
        "DISEASE": 1,
        "TREATMENT": 1,
    }
