from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from training.ner import predict

TEXTS = [
    "😀😀 dengue fever 👩‍⚕️ on paracetamol",
    "Line one\r\n\r\nk/c/o  asthma\r\non salbutamol\r\n",
    "a  b   dengue fever    paracetamol 500mg  ",
    "रोगी को asthma है। salbutamol दिया",
    "migraine\n\n\n",
    "",
    "   ",
    "\n",
]


@pytest.mark.parametrize("text", TEXTS)
def test_predict_tokens_are_the_text(trained, text):
    assert "".join(token.text_with_ws for token in trained.nlp.make_doc(text)) == text


def test_predict_offsets_slice_the_text(trained):
    found = predict(trained.nlp, TEXTS)
    assert len(found) == len(TEXTS)
    mentions = {TEXTS[n][s.start : s.end] for n, spans in enumerate(found) for s in spans}
    assert {"dengue fever", "paracetamol", "asthma", "salbutamol", "migraine"} <= mentions
    assert all(mention == mention.strip() for mention in mentions)


def test_predict_scores_are_probabilities(trained, held_out):
    scores = [s.score for spans in predict(trained.nlp, [d.text for d in held_out]) for s in spans]
    assert scores
    assert all(type(score) is float and 0 <= score <= 1 for score in scores)


def test_predict_same_alone_as_in_a_batch_and_in_a_memory_zone(trained, held_out):
    texts = [d.text for d in held_out] + TEXTS
    together = predict(trained.nlp, texts)
    with trained.nlp.memory_zone():
        zoned = predict(trained.nlp, texts)
    alone = [predict(trained.nlp, [text])[0] for text in texts]
    for one in (zoned, alone):
        assert [[s.span for s in spans] for spans in one] == [[s.span for s in spans] for spans in together]
        for a, b in zip(one, together, strict=True):
            assert [s.score for s in a] == pytest.approx([s.score for s in b], abs=1e-4)


PIECES = st.sampled_from(["dengue fever", "(DF)", "DF", "paracetamol", "500mg", "\r\n", "  ", "-", "(", ")", "😀", "है"])


@settings(max_examples=60, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(PIECES | st.text(max_size=8), max_size=20).map("".join))
def test_predict_takes_any_text(trained, text):
    (spans,) = predict(trained.nlp, [text])
    assert "".join(token.text_with_ws for token in trained.nlp.make_doc(text)) == text
    assert all(0 <= s.start < s.end <= len(text) and not text[s.start].isspace() for s in spans)
    assert all(a.end <= b.start for a, b in pairwise(spans))


def test_predict_in_a_memory_zone_leaves_no_words_behind(trained):
    predict(trained.nlp, TEXTS)
    before = len(trained.nlp.vocab.strings)
    with trained.nlp.memory_zone():
        predict(trained.nlp, [f"unheard{n}of dengue{n}fever (XY{n})" for n in range(200)])
    assert len(trained.nlp.vocab.strings) == before
