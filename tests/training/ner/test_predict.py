import pytest

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
