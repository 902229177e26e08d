import numpy as np
import pytest
import spacy

from training.ner.compiled import compile_static
from training.ner.dictionary import Dictionary
from training.ner.lexicon import Corpus, fold_numbers
from training.ner.mentions import mentions_of
from training.ner.phrases import Phrases, Words
from training.ner.terms import static_terms
from training.ner.tokenizer import make_tokenizer


@pytest.fixture(scope="module")
def tokenize():
    return make_tokenizer(spacy.blank("xx"))


def corpus(tokenize, rows):
    """Rows of (text, the gold's words)."""
    docs = [tokenize(text) for text, _ in rows]
    mentions = []
    for doc, (text, word) in zip(docs, rows, strict=True):
        span = doc.char_span(text.index(word), text.index(word) + len(word))
        mentions.append([(span.start, span.end, "DISEASE")])
    return Corpus(docs, mentions, ["DISEASE", "TREATMENT"])


def knows(lexicon, tokenize, phrase):
    doc = tokenize(phrase)
    return bool(lexicon.look_up(np.array([Words(doc).key(0, len(doc))], dtype=np.uint64))[0])


def test_cross_fit_hides_a_documents_own_entries(tokenize):
    words = [f"disease{n}x" for n in range(10)]
    read = corpus(tokenize, [(f"has {word} now", word) for word in words])
    lexicons = read.cross_fit(folds=5, seed=0)
    folds = fold_numbers(10, 5, 0)
    for at, lexicon in enumerate(lexicons):
        assert not knows(lexicon, tokenize, words[at])
        others = [word for n, word in enumerate(words) if folds[n] != folds[at]]
        assert all(knows(lexicon, tokenize, word) for word in others)
    assert all(knows(read.learn(range(10)), tokenize, word) for word in words)


def test_learn_grades_entries_by_their_precision(tokenize):
    rows = [("gout gout gout gout gout here", "gout"), ("mumps here", "mumps")]
    learned = corpus(tokenize, rows).learn([0, 1])
    codes = {}
    for phrase in ("gout", "mumps"):
        doc = tokenize(phrase)
        codes[phrase] = int(learned.look_up(np.array([Words(doc).key(0, 1)], dtype=np.uint64))[0])
    assert codes == {"gout": 1, "mumps": 3}  # precision .2 and 1 of the first label


def test_matches_are_longest_and_ignore_case_and_hyphens(tokenize):
    terms = [tokenize(t) for t in ("diabetes", "type 2 diabetes")]
    phrases = Phrases(np.array([Words(t).key(0, len(t)) for t in terms], np.uint64), np.array([1, 2], np.uint8))
    doc = tokenize("Type-2  DIABETES and diabetes")
    found = [(doc[start:end].text, code) for start, end, code, _ in Words(doc).matches(phrases)]
    assert found == [("Type-2  DIABETES", 2), ("diabetes", 1)]


def test_dictionary_tags_known_terms(tokenize):
    dictionary = Dictionary()
    dictionary.static = compile_static(["DISEASE", "TREATMENT"])
    doc = dictionary(tokenize("Dengue fever: paracetamol for his parents"))
    tags = {token.text: token.tag for token in doc}
    assert tags == {"Dengue": 1, "fever": 3, ":": 0, "paracetamol": 8, "for": 0, "his": 0, "parents": 0}


def test_dictionary_of_other_labels_is_empty():
    assert len(compile_static(["SIGN"])) == 0
    assert static_terms("SIGN") == ()


@pytest.mark.parametrize("text", ["", " ", "\n\n", "-", "- -"])
def test_dictionary_takes_texts_without_words(tokenize, text):
    dictionary = Dictionary()
    dictionary.static = compile_static(["DISEASE"])
    assert all(token.tag == 0 for token in dictionary(tokenize(text)))


def test_mentions_of_overlapping_gold_keeps_the_longest(tokenize):
    from annotation.spans import Span

    doc = tokenize("acute dengue fever")
    spans = [Span(6, 12, "DISEASE"), Span(0, 18, "DISEASE"), Span(13, 18, "TREATMENT")]
    assert mentions_of(doc, spans) == ([(0, 3, "DISEASE")], 0)
