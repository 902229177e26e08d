"""Scores of a model on documents with gold: the one exact-match definition, in the documents' order."""

from __future__ import annotations

import pytest

from annotation.spans import Counts, Span
from annotation.synthetic import generate
from training import ner, scoring

LABELS = ["DISEASE", "TREATMENT"]


def test_compare_counts_exact_matches_only() -> None:
    gold = [[Span(0, 5, "DISEASE"), Span(9, 12, "TREATMENT")], [Span(0, 4, "DISEASE")], []]
    predicted = [[Span(0, 5, "DISEASE"), Span(9, 13, "TREATMENT")], [Span(0, 4, "TREATMENT")], []]
    scores, per_label, per_note = scoring.compare(gold, predicted, LABELS)
    assert per_note == [Counts(1, 1, 1), Counts(0, 1, 1), Counts()]
    assert (scores["precision"], scores["recall"], scores["f1"]) == (pytest.approx(1 / 3),) * 3
    assert (scores["notes"], scores["entities"]) == (3, 3)
    assert per_label["DISEASE"]["recall"] == pytest.approx(1 / 2)
    assert per_label["TREATMENT"]["precision"] == 0.0


def test_compare_of_a_label_that_nobody_used_is_zero() -> None:
    _, per_label, _ = scoring.compare([[]], [[]], LABELS)
    assert (per_label["DISEASE"]["f1"], per_label["DISEASE"]["entities"]) == (0.0, 0)


def test_compare_of_lists_of_different_length_is_refused() -> None:
    with pytest.raises(ValueError, match="shorter"):
        scoring.compare([[], []], [[]], LABELS)


def test_evaluate_agrees_with_a_count_by_hand(trained: ner.Trained) -> None:
    documents = [ner.Document(n.external_id, n.text, n.spans) for n in generate(12, seed=99)]
    scored = scoring.evaluate(trained.nlp, documents, LABELS)
    right = found = 0
    for document in documents:
        spans = {(e.start_char, e.end_char, e.label_) for e in trained.nlp(document.text).ents}
        right += len(spans & {tuple(span) for span in document.spans})
        found += len(spans)
    assert scored.scores["precision"] == pytest.approx(right / found)
    assert scored.scores["recall"] == pytest.approx(right / sum(len(d.spans) for d in documents))
    assert 0 < scored.scores["low"] <= scored.scores["f1"] <= scored.scores["high"] <= 1
    assert len(scored.per_note) == len(documents)


def test_evaluate_counts_gold_that_cuts_a_token_as_missed(trained: ner.Trained) -> None:
    text = "Known case of hypertension."
    cut = ner.Document("1", text, (Span(text.index("tension"), text.index("tension") + 7, "DISEASE"),))
    scored = scoring.evaluate(trained.nlp, [cut], LABELS)
    assert scored.misaligned == 1
    assert (scored.scores["recall"], scored.scores["entities"]) == (0.0, 1)


def test_evaluate_of_no_document_is_refused(trained: ner.Trained) -> None:
    with pytest.raises(ValueError, match="0 notes to score"):
        scoring.evaluate(trained.nlp, [], LABELS)
