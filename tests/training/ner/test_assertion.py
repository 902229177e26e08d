"""What a note says of an entity besides naming it."""

from __future__ import annotations

import time

import pytest

from annotation.spans import Span
from training.ner.assertion import PLAIN, Assertion, Cues, assertions, cues_of

KINDS = {
    "negative": PLAIN._replace(certainty="negative"),
    "possible": PLAIN._replace(certainty="possible"),
    "hypothetical": PLAIN._replace(conditionality="hypothetical"),
    "other": PLAIN._replace(association="other"),
    "past": PLAIN._replace(temporality="past"),
    "future": PLAIN._replace(temporality="future"),
    "plain": PLAIN,
}


def said(text: str) -> Assertion:
    """Of the words between the brackets."""
    start, end = text.index("["), text.index("]") - 1
    plain = text.replace("[", "").replace("]", "")
    (found,) = assertions(plain, [Span(start, end, "DISEASE")])
    return found


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("No h/o [asthma].", "negative"),
        ("Denies fever,\tcough or [vomiting]", "negative"),
        ("[Malaria] ruled out", "negative"),
        ("bukhar hai, [dengue] nahi", "negative"),
        ("NO EVIDENCE OF [FRACTURE]", "negative"),
        ("No fever. [Cough] since 3 days", "plain"),
        ("no fever but [cough]", "plain"),
        ("no fever\n[cough]", "plain"),
        ("?[dengue]", "possible"),
        ("r/o [appendicitis]", "possible"),
        ("Fever ? Cause. [Dengue]", "plain"),
        ("Review if [fever]", "hypothetical"),
        ("f/h/o [T2DM]", "other"),
        ("[Asthma] in mother", "other"),
        ("s/p [appendectomy] 2010", "past"),
        ("h/o [TB]", "past"),
        ("k/c/o [HTN]", "plain"),
        ("h/o fall, k/c/o [HTN]", "plain"),
        ("planned for [PTCA]", "future"),
        ("Gram negative [sepsis]", "plain"),
        ("no increase in [oedema]", "plain"),
        ("[Asthma]", "plain"),
        ("noted [asthma]", "plain"),
        ("İİ no [asthma]", "negative"),
    ],
)
def test_assertion_of_a_mention(text: str, kind: str) -> None:
    assert said(text) == KINDS[kind]


def test_two_things_said_at_once_are_both_told() -> None:
    assert said("family h/o ?[cancer]") == Assertion("possible", "none", "other", "current")


def test_cue_far_away_reaches_no_entity() -> None:
    assert said("no " + "word " * 30 + "[asthma]") == PLAIN


def test_each_span_has_its_own_in_the_order_given() -> None:
    text = "Asthma, no fever"
    found = assertions(text, [Span(11, 16, "DISEASE"), Span(0, 6, "DISEASE")])
    assert [each.certainty for each in found] == ["negative", "positive"]
    assert assertions(text, []) == []


def test_longest_note_full_of_cues_costs_no_more_than_its_length() -> None:
    text = ("no h/o ? " * 3_000)[:20_000]
    spans = [Span(at, at + 2, "DISEASE") for at in range(0, 19_000, 95)]
    began = time.process_time()
    assert len(assertions(text, spans)) == len(spans)
    # Quadratic would be minutes; this bound is for nothing else.
    assert time.process_time() - began < 30


def test_cues_that_the_caller_has_found_are_taken() -> None:
    spans = [Span(3, 8, "DISEASE")]
    assert assertions("No fever", spans, cues_of("No fever")) == [KINDS["negative"]]
    assert assertions("No fever", spans, Cues(8, [], [], [])) == [PLAIN]
