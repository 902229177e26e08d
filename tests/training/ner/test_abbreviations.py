import time

import pytest
import spacy

from training.ner.abbreviations import definitions, unify
from training.ner.confidence import SCORES
from training.ner.tokenizer import make_tokenizer


@pytest.mark.parametrize(
    ("text", "short", "long"),
    [
        ("has congestive heart failure (CHF) now", "CHF", "congestive heart failure"),
        (
            "Ca (x) then non-steroidal anti-inflammatory drugs (NSAIDs)",
            "NSAIDs",
            "non-steroidal anti-inflammatory drugs",
        ),
        ("acute kidney injury (AKI; stage 2)", "AKI", "acute kidney injury"),
    ],
)
def test_definitions_finds_the_long_form(text, short, long):
    assert [(s, text[a:b]) for s, a, b in definitions(text)] == [(short, long)]


@pytest.mark.parametrize(
    "text", ["seen (see ABC) twice", "took drugs (XYZ) daily", "pain (mild)", "(CHF)", "a" * 2000 + "(AB)"]
)
def test_definitions_passes_other_brackets(text):
    assert list(definitions(text)) == []


def made(text, *mentions):
    nlp = spacy.blank("xx")
    doc = make_tokenizer(nlp)(text)
    doc.ents = [doc.char_span(text.index(m), text.index(m) + len(m), label=label) for m, label, _ in mentions]
    doc.user_data[SCORES] = {(e.start, e.end): score for e, (_, _, score) in zip(doc.ents, mentions, strict=True)}
    return doc


def test_unify_labels_every_short_form():
    doc = unify(made("heart failure (HF). HF worse; HFrEF no.", ("heart failure", "DISEASE", 0.9)))
    assert [(e.text, e.label_) for e in doc.ents] == [
        ("heart failure", "DISEASE"),
        ("HF", "DISEASE"),
        ("HF", "DISEASE"),
    ]
    assert all(doc.user_data[SCORES][e.start, e.end] == 0.9 for e in doc.ents)


def test_unify_overrules_another_label_but_not_a_longer_mention():
    text = "heart failure (HF). HF now. chronic HF too"
    doc = unify(made(text, ("heart failure", "DISEASE", 0.9), ("chronic HF", "DISEASE", 0.8)))
    assert [e.text for e in doc.ents] == ["heart failure", "HF", "HF", "chronic HF"]


def test_unify_without_a_labelled_long_form_changes_nothing():
    doc = unify(made("heart failure (HF). HF now, gout", ("gout", "DISEASE", 0.7)))
    assert [e.text for e in doc.ents] == ["gout"]


def test_unify_short_forms_that_overlap_keep_the_longer():
    text = "heart failure (HF) and heart failure acute (HF-A): HF-A, HF"
    doc = unify(made(text, ("heart failure", "DISEASE", 0.9), ("heart failure acute", "DISEASE", 0.8)))
    assert [e.text for e in doc.ents][-2:] == ["HF-A", "HF"]


def test_unify_a_long_note_of_definitions_takes_no_time():
    text = "heart failure (HF) " * 1000
    nlp = spacy.blank("xx")
    doc = make_tokenizer(nlp)(text)
    doc.ents = [doc.char_span(at * 19, at * 19 + 13, label="DISEASE") for at in range(1000)]
    began = time.process_time()
    assert len(unify(doc).ents) == 2000
    assert time.process_time() - began < 1
