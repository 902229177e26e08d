from dataclasses import replace

import pytest

from annotation.spans import Counts, Span, exact_counts
from training.ner import Document, Settings, TrainingError, count_misaligned, predict, train

from .conftest import LABELS, SETTINGS, documents

SHORT = replace(SETTINGS, max_steps=8, min_steps=8, eval_every=4)


def quiet(progress):
    pass


def test_train_learns_the_notes(trained, held_out):
    found = predict(trained.nlp, [d.text for d in held_out])
    counts = sum(
        (exact_counts(d.spans, [f.span for f in spans]) for d, spans in zip(held_out, found, strict=True)), Counts()
    )
    assert counts.f1 > 0.8


def test_train_same_seed_same_predictions_whatever_the_order(notes, held_out):
    texts = [d.text for d in held_out]
    first = train(notes, held_out, labels=LABELS, settings=SHORT, on_progress=quiet)
    second = train(notes[::-1], held_out[::-1], labels=LABELS[::-1], settings=SHORT, on_progress=quiet)
    assert predict(first.nlp, texts) == predict(second.nlp, texts)
    assert first.temperature == second.temperature


def test_train_reports_steps_and_dev_f1(notes, held_out):
    seen = []
    train(notes, held_out, labels=LABELS, settings=SHORT, on_progress=seen.append)
    assert [p.step for p in seen] == sorted(p.step for p in seen)
    assert (seen[-1].step, seen[-1].total) == (8, 8)
    assert 0 <= seen[-1].dev_f1 <= 1
    assert seen[-1].words_per_second > 0
    assert set(seen[-1].to_json()) == {"step", "total", "loss", "dev_f1", "words_per_second", "stage", "looks"}


def test_train_without_dev_runs_all_steps_at_the_default_temperature(notes):
    found = train(notes, [], labels=LABELS, settings=SHORT, on_progress=quiet)
    assert found.history[-1].step == 8
    assert found.history[-1].dev_f1 is None
    assert found.temperature == SHORT.temperature


def test_train_stops_early_when_dev_no_longer_improves(notes):
    settings = replace(SETTINGS, max_steps=60, min_steps=60, eval_every=1, patience=2)
    dev = [Document("dev", "Nothing to find here.", ())]  # F1 is 0 from the first look on
    found = train(notes, dev, labels=LABELS, settings=settings, on_progress=quiet)
    assert found.history[-1].step == 3


@pytest.mark.parametrize("step", [0, 2, 8])
def test_train_cancelled_by_progress_raises_that_very_exception(notes, held_out, step):
    class CancelledError(Exception):
        pass

    error = CancelledError("stop")

    def report(progress):
        if progress.step >= step:
            raise error

    with pytest.raises(CancelledError) as caught:
        train(notes, held_out, labels=LABELS, settings=replace(SHORT, eval_every=1), on_progress=report)
    assert caught.value is error


@pytest.mark.parametrize(
    ("gold", "message"),
    [
        ([], "0 documents"),
        ([Document("1", "fever", ())], "1 documents has no span of DISEASE, TREATMENT"),
        ([Document("1", "fever", (Span(0, 5, "SIGN"),))], "no span of DISEASE, TREATMENT"),
        ([Document("1", "fever", (Span(0, 5, "DISEASE"),))], "only DISEASE spans, none of TREATMENT"),
    ],
)
def test_train_refuses_gold_that_teaches_nothing(gold, message):
    with pytest.raises(TrainingError, match=message):
        train(gold, [], labels=LABELS, settings=SHORT, on_progress=quiet)


def test_train_a_project_of_one_label(held_out):
    notes = [replace(d, spans=tuple(s for s in d.spans if s.label == "DISEASE")) for d in documents(20, seed=3)]
    found = train(notes, [], labels=["DISEASE"], settings=SHORT, on_progress=quiet)
    assert {s.label for spans in predict(found.nlp, [d.text for d in held_out]) for s in spans} <= {"DISEASE"}


def test_train_widens_and_counts_spans_that_cut_a_token(notes):
    cut = Document("cut", "Severe dengue now", (Span(7, 11, "DISEASE"),))
    touching = Document("two", "Severe dengue now", (Span(7, 9, "DISEASE"), Span(9, 13, "DISEASE")))
    found = train([*notes, cut, touching], [], labels=LABELS, settings=SHORT, on_progress=quiet)
    assert found.misaligned == 3
    assert count_misaligned(found.nlp, [cut, touching, *notes]) == 3


def test_settings_are_json():
    assert Settings(**Settings(seed=3).to_json()) == Settings(seed=3)
