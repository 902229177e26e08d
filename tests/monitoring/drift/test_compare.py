from dataclasses import replace

import numpy as np
import pytest

from annotation.spans import ScoredSpan
from annotation.synthetic import Knobs, generate
from monitoring.drift import Side, compare, expect, feature_named, judged, row_of, seen, tell_apart, words_of
from monitoring.drift.compare import OTHER, _bins
from monitoring.drift.domain import top_terms
from monitoring.drift.slices import drifted
from monitoring.policy import Level


@pytest.fixture(scope="module")
def known():
    return {word for note in generate(600, seed=77) for word in words_of(note.text)}


@pytest.fixture(scope="module")
def rows_of(known):
    def rows(count, *, start=0, **knobs):
        made = generate(count, seed=5, start=start, knobs=Knobs(**knobs))
        return [
            row_of(n.text, [ScoredSpan(*span, 0.9) for span in n.spans], n.facets, known, 0.2, n.patient) for n in made
        ]

    return rows


def levels(reference, window):
    found = judged(compare(expect(reference, len(window)), window))
    return {drift.name: drift.level for drift in found}


def test_row_counts_words_scores_and_script():
    text = "Pt दर्द ho raha DENGUE"
    row = row_of(text, [ScoredSpan(17, 23, "DISEASE", 0.62)], {"city": "Pune"}, {"raha"}, missed=0.5)
    assert (row.words, row.unseen, row.entities, row.missed) == (3, 2, 1, 0.5)
    assert row.labels == {"DISEASE": 1}
    assert row.scores == [0, 0, 1, 0, 0, 0, 0, 0] or sum(row.scores) == 1
    assert row.certain == 0.62
    assert sum(row.tokens.values()) == row.words
    assert "DENGUE" not in str(row.to_json())


def test_windows_like_their_reference_are_well(rows_of):
    """One feature of 13 in 16 windows may lie far off by chance; the level asks for two windows of three."""
    reference = rows_of(600)
    found = [levels(reference, rows_of(250, start=start)) for start in range(600, 4600, 250)]
    drifted_features = [name for one in found for name, level in one.items() if level != Level.OK]
    assert len(drifted_features) <= 1


def test_capitals_are_seen_where_they_are(rows_of):
    found = levels(rows_of(600), rows_of(250, start=600, upper_case=0.7))
    assert found["capitals"] == Level.CRITICAL
    assert found["specialty"] == found["words"] == Level.OK


def test_unseen_words_are_seen(rows_of):
    found = levels(rows_of(600), rows_of(250, start=600, new_drug=1.0, new_disease=1.0))
    assert found["unseen"] == Level.CRITICAL


def test_lower_scores_lower_the_estimate(rows_of):
    reference = rows_of(600)
    unsure = [replace(row, certain=0.6 * row.certain, missed=2 * row.missed) for row in rows_of(250, start=600)]
    assert levels(reference, unsure)["estimate"] == Level.CRITICAL


def test_a_facet_that_nobody_sends_is_left_out(rows_of):
    silent = [replace(row, facets={}) for row in rows_of(300)]
    assert "city" not in levels(silent, silent[:200])


def test_p_is_no_smaller_than_the_draws_allow(rows_of):
    found = compare(expect(rows_of(300), 200, draws=99), rows_of(200, start=300, upper_case=1.0))
    assert min(one.p for one in found) == pytest.approx(0.01)


def test_nothing_can_not_be_compared(rows_of):
    with pytest.raises(ValueError, match="0 notes against"):
        expect(rows_of(10), 0)
    with pytest.raises(ValueError, match="against 0"):
        expect([], 10)


def test_all_notes_equal_is_no_drift(rows_of):
    same = rows_of(1) * 200
    assert set(levels(same, same[:150]).values()) <= {Level.OK}


def test_rare_bins_are_put_together(rows_of):
    rows = [replace(row, words=count) for row, count in zip(rows_of(300), [5] * 290 + [130] * 10, strict=True)]
    names, places = _bins(feature_named("words"), rows, 100)
    # Ten of 300 are 3 in a hundred: too few for a bin of their own.
    assert names == ("all",)
    names, places = _bins(feature_named("words"), rows, 300)
    assert names[0] == "below 10"
    assert len(set(places.values())) == 2


def test_a_new_value_of_a_facet_falls_among_the_others(rows_of):
    reference = rows_of(600)
    moved = [replace(row, facets={**row.facets, "city": "Elsewhere"}) for row in rows_of(250, start=600)]
    finding = next(one for one in compare(expect(reference, 250), moved) if one.feature.name == "city")
    assert finding.bins[-1] == OTHER
    assert finding.window[-1] == 250


def test_drifted_notes_come_first(rows_of):
    reference = rows_of(600)
    window = rows_of(150, start=600) + rows_of(50, start=750, upper_case=1.0)
    expected = [one for one in expect(reference, len(window)) if one.feature.name == "capitals"]
    far = drifted(window, compare(expected, window), expected)
    assert set(np.argsort(-far)[:40]) <= set(range(150, 200)) | set(np.flatnonzero(far > 0))
    assert far[150:].mean() > far[:150].mean() + 0.5


def test_texts_are_told_apart_when_they_differ_and_only_then():
    texts = [note.text for note in generate(500, seed=8)]
    other = [note.text for note in generate(200, seed=8, start=500, knobs=Knobs(hinglish=1.0))]
    same, apart = tell_apart(texts[:300], texts[300:]), tell_apart(texts[:300], other)
    assert same.auc < 0.6
    assert apart.auc > 0.7
    assert apart.p < 0.001 < same.p
    assert tell_apart(texts[:10], other) is None
    terms = top_terms(texts[:300], other)
    assert len(terms) == 12
    assert any(term.window > term.reference + 10 for term in terms)


def test_too_few_notes_say_nothing(rows_of):
    assert seen(Side(rows_of(20), []), Side(rows_of(200), []), 0.9).levels == {}


def test_novel_is_more_unseen_words_not_fewer(rows_of):
    usual, strange = rows_of(600), rows_of(250, start=600, new_drug=1.0, new_disease=1.0)
    texts = []
    assert seen(Side(usual, texts), Side(strange, texts), 0.9).novel
    assert not seen(Side(strange * 2, texts), Side(usual[:250], texts), 0.9).novel
