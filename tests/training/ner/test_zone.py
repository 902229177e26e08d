import tracemalloc
from itertools import count

import pytest
import spacy
from spacy.attrs import NORM

from training.ner import predict, zone

NUMBERS = count()


def unheard(words):
    return " ".join(f"unheard{next(NUMBERS)}" for _ in range(words))


@pytest.fixture
def often(monkeypatch):
    monkeypatch.setattr(zone, "RENEW_CHARACTERS", 50_000)


def read(nlp, text):
    with zone.zone(nlp, len(text)):
        return [token.text for token in nlp(text)]


def grown(nlp, rounds):
    """Bytes that stay after so many texts of 1,000 words never seen before."""
    read(nlp, unheard(1000))
    tracemalloc.start()
    try:
        for _ in range(rounds):
            text = unheard(1000)
            with zone.zone(nlp, len(text)):
                nlp.make_doc(text)
        return tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()


def test_zone_does_not_grow_with_words_never_seen(often):
    assert grown(spacy.blank("en"), 60) < 400_000


def test_zone_that_renews_nothing_grows(monkeypatch):
    """What the one above would see without the renewal: spaCy's tables do grow."""
    monkeypatch.setattr(zone, "RENEW_CHARACTERS", 1_000_000_000)
    assert grown(spacy.blank("en"), 60) > 2_000_000


def test_zone_reads_the_same_after_a_renewal(often, trained, held_out):
    nlp = trained.nlp
    texts = [document.text for document in held_out]
    before = predict(nlp, texts)
    strings = sorted(nlp.vocab.strings)
    read(nlp, unheard(6000))
    assert zone._read[nlp] == 0
    with zone.zone(nlp, 0):
        assert predict(nlp, texts) == before
    assert sorted(nlp.vocab.strings) == strings


def test_zone_keeps_how_words_are_normalised(often):
    nlp = spacy.blank("en")
    nlp.vocab.lookups.add_table("lexeme_norm", {"colour": "color"})
    nlp.vocab.from_bytes(nlp.vocab.to_bytes())
    getter = nlp.vocab.lex_attr_getters[NORM]
    for _ in range(3):
        read(nlp, unheard(6000))
    assert nlp.vocab.lex_attr_getters[NORM] is getter
    assert nlp("colour")[0].norm_ == "color"


def test_zone_counts_a_text_that_could_not_be_read(often):
    nlp = spacy.blank("en")
    with pytest.raises(RuntimeError), zone.zone(nlp, 60_000):
        raise RuntimeError("no answer")
    assert read(nlp, "fever") == ["fever"]
    assert zone._read[nlp] == 0
