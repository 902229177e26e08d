import random

import numpy as np
import pytest

from training.ner import Progress, Resources, TrainingError, load, package, predict, recipe
from training.ner.clock import Clock
from training.ner.vectors import Floret, lines, train

from .conftest import CANARY, LABELS

QUICK = {"max_steps": 12, "min_steps": 12, "eval_every": 6, "width": 32, "depth": 2, "learn_rate": 5e-3}
SMALL = Floret(dim=8, epochs=1, buckets=500)


def quiet(progress):
    pass


def raw(count=120):
    source = random.Random(4)
    words = ["fever", "asthma", "salbutamol", "रोगी", "T2DM", "cough"]
    return [f"{' '.join(source.choices(words, k=25))} {CANARY} {n}" for n in range(count)]


def clinical(notes, *, on_progress=quiet, resources=None, **settings):
    return recipe("clinical").train(
        notes,
        [],
        labels=LABELS,
        settings={**QUICK, **settings},
        seed=1,
        resources=resources or Resources(raw_texts=raw),
        on_progress=on_progress,
    )


@pytest.fixture(scope="module")
def with_vectors(notes):
    return clinical(notes, vectors="on", vector_epochs=1)


def test_lines_are_lower_case_words_in_one_order():
    text, words = lines(["Fever\n 500mg", "Asthma"], 10**9, lambda: None)
    assert (text.decode(), words) == ("asthma\nfever 500 mg", 4)
    assert lines(["Asthma", "Fever\n 500mg"], 10**9, lambda: None) == (text, words)


def test_lines_stop_at_the_most_words():
    assert lines(["one two three", "four", "five"], 4, lambda: None)[1] == 4


def test_train_same_text_same_table_and_the_cache_gives_it_back(tmp_path):
    corpus, _ = lines(raw(), 10**9, lambda: None)
    first = train(corpus, SMALL, Clock(quiet, "vectors", 10), tmp_path)
    (kept,) = tmp_path.iterdir()
    assert np.array_equal(first.data, np.load(kept))
    again = train(corpus, SMALL, Clock(quiet, "vectors", 10), None)
    assert np.array_equal(first.data, again.data)
    kept.write_bytes(kept.read_bytes()[:-4] + b"\0\0\0\0")  # proof that the second call reads it
    assert not np.array_equal(train(corpus, SMALL, Clock(quiet, "vectors", 10), tmp_path).data, first.data)


def test_clinical_with_vectors_packages_loads_and_predicts_the_same(with_vectors, held_out, tmp_path):
    assert with_vectors.nlp.vocab.vectors.shape == (50_000, 128)
    texts = [d.text for d in held_out]
    sha256 = package(with_vectors, tmp_path / "model", meta={})
    nlp = load(tmp_path / "model", sha256=sha256)
    assert predict(nlp, texts) == predict(with_vectors.nlp, texts)
    nlp.vocab.vectors.data[:] = 0  # proof that they matter
    assert predict(nlp, texts) != predict(with_vectors.nlp, texts)


def test_clinical_with_vectors_holds_no_word_of_the_notes(with_vectors, tmp_path):
    package(with_vectors, tmp_path / "model", meta={})
    files = [path for path in (tmp_path / "model").rglob("*") if path.is_file()]
    assert "vectors" in {path.name for path in files}
    for path in files:
        data = path.read_bytes().lower()
        assert not [s for s in (*CANARY.lower().split(), "salbutamol") if s.encode() in data], path.name


def test_clinical_with_vectors_same_seed_same_bytes(with_vectors, notes, tmp_path):
    again = clinical(notes, resources=Resources(raw_texts=lambda: raw()[::-1]), vectors="on", vector_epochs=1)
    assert package(with_vectors, tmp_path / "1", meta={}) == package(again, tmp_path / "2", meta={})


def test_update_keeps_the_vectors_of_its_base(with_vectors, notes):
    made = recipe("update").train(
        notes,
        [],
        labels=LABELS,
        settings={"max_steps": 2, "min_steps": 2},
        seed=1,
        resources=Resources(base=with_vectors.nlp),
        on_progress=quiet,
    )
    assert made.nlp.vocab.vectors is with_vectors.nlp.vocab.vectors


def test_clinical_of_few_raw_words_trains_without_vectors(notes):
    assert len(clinical(notes, max_steps=1, min_steps=1).nlp.vocab.vectors) == 0


@pytest.mark.parametrize(
    ("resources", "message"),
    [
        (Resources(), "there are no raw notes; set it to auto or off"),
        (Resources(raw_texts=lambda: ["too few"]), "have 2 words, and vectors need at least 1,000"),
    ],
)
def test_clinical_that_must_have_vectors_says_why_it_can_not(notes, resources, message):
    with pytest.raises(TrainingError, match=message):
        clinical(notes, resources=resources, vectors="on")


def test_vectors_cancelled_leave_no_process(notes, children):
    error = KeyError("stop")

    def stop(progress: Progress):
        if progress.stage == "vectors":
            raise error

    with pytest.raises(KeyError) as caught:
        clinical(notes, on_progress=stop, vectors="on", vector_epochs=100)
    assert caught.value is error
    assert children() == []
