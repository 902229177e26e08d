import numpy as np
import pytest
import spacy
from spacy.pipeline import EntityRecognizer

from training.ner.confidence import SCORES, Steps
from training.ner.missed import expected
from training.ner.temperature import fit_temperature


def stepwise(ner, doc):
    """The plain greedy parse, a step at a time: the entities, and for each token its scores, valid moves and choice."""
    (state,) = ner.moves.init_batch([doc])
    model = ner.model.predict([doc])
    names = [ner.moves.get_class_name(n) for n in range(ner.moves.n_moves)]
    rows = []
    while not state.is_final():
        scores = model.predict([state])[0]
        valid = [name != "U-" and bool(ner.moves.is_valid(state, name)) for name in names]
        best = int(np.argmax(np.where(valid, scores, -np.inf)))
        rows.append((scores, np.array(valid), best))
        ner.moves.apply_transition(state, names[best])
    return [names[best] for _, _, best in rows], rows


@pytest.fixture(scope="module")
def docs(trained, held_out):
    with trained.nlp.select_pipes(disable=["abbreviations"]):
        return list(trained.nlp.pipe([d.text for d in held_out]))


def entity_names(doc):
    names = ["O"] * len(doc)
    for ent in doc.ents:
        names[ent.start : ent.end] = ["I-" + ent.label_] * len(ent)
        names[ent.start], names[ent.end - 1] = "B-" + ent.label_, "L-" + ent.label_
        if len(ent) == 1:
            names[ent.start] = "U-" + ent.label_
    return names


def untagged(trained, doc):
    plain = trained.nlp.make_doc(doc.text)
    for name in ("dictionary", "tok2vec"):
        plain = trained.nlp.get_pipe(name)(plain)
    return plain


def test_entities_are_those_of_plain_greedy_decoding(trained, docs):
    ner = trained.nlp.get_pipe("ner")
    for doc in docs:
        plain = untagged(trained, doc)
        EntityRecognizer.set_annotations(ner, [plain], EntityRecognizer.greedy_parse(ner, [plain]))
        assert [(e.start, e.end, e.label) for e in plain.ents] == [(e.start, e.end, e.label) for e in doc.ents]
        assert stepwise(ner, untagged(trained, doc))[0] == entity_names(doc)


def test_steps_are_those_of_the_parse(trained, docs):
    """Scores, valid moves and choices rebuilt from the entities equal those met in a step-by-step parse."""
    ner = trained.nlp.get_pipe("ner")
    for doc in docs:
        inside = [n for n, token in enumerate(doc) if token.ent_iob_ in "BI"]
        rows = [stepwise(ner, untagged(trained, doc))[1][n] for n in inside]
        steps = ner.steps([doc])
        assert steps.chosen.tolist() == [best for _, _, best in rows]
        assert (np.isfinite(steps.logits) == np.array([valid for _, valid, _ in rows])).all()
        for logits, (scores, valid, _) in zip(steps.logits, rows, strict=True):
            assert logits[valid] == pytest.approx(scores[valid], abs=1e-4)


def test_every_entity_has_its_score(docs):
    for doc in docs:
        assert set(doc.user_data[SCORES]) == {(ent.start, ent.end) for ent in doc.ents}


def test_score_is_the_product_of_its_steps():
    logits = np.log([[0.5, 0.5], [0.8, 0.2], [0.25, 0.75]])
    steps = Steps(logits, np.array([0, 0, 1]), np.array([0, 2]))
    assert steps.scores(1.0) == pytest.approx([0.4, 0.75])


def test_fit_temperature_finds_the_one_that_made_the_data():
    source = np.random.default_rng(0)
    logits = source.normal(0, 6, size=(4000, 3))
    steps = Steps(logits, logits.argmax(axis=1), np.arange(4000))
    right = source.random(4000) < steps.scores(3.0)
    assert fit_temperature([steps], right, default=1.0) == pytest.approx(3.0, rel=0.1)


def test_fit_temperature_of_few_entities_is_the_default():
    steps = Steps(np.zeros((3, 2)), np.zeros(3, np.int64), np.arange(3))
    assert fit_temperature([steps], [True] * 3, default=2.5) == 2.5


def test_chance_of_an_entity_outside_is_that_of_the_parse(trained, docs):
    """Over the tokens left outside: one less the probability of going on, step by step; a text at a time and all."""
    ner = trained.nlp.get_pipe("ner")
    sums = []
    for doc in docs:
        names, rows = stepwise(ner, untagged(trained, doc))
        total = 0.0
        for name, (scores, valid, best) in zip(names, rows, strict=True):
            if name == "O":
                likely = np.exp(np.where(valid, scores, -np.inf).astype(float) / ner.temperature)
                total += 1 - likely[best] / likely.sum()
        sums.append(total)
    assert max(sums) > 0.001
    with trained.nlp.select_pipes(disable=["abbreviations"]):
        texts = [doc.text for doc in docs]
        assert expected(trained.nlp, ["", *texts]) == pytest.approx([0.0, *sums], abs=1e-3)


def test_pipeline_without_scores_expects_to_miss_nothing():
    assert expected(spacy.blank("en"), ["fever", ""]) == [0.0, 0.0]
