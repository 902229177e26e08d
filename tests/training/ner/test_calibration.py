import numpy as np
import pytest

from training.ner import Calibration, Document, Resources, calibrate, predict, recipe
from training.ner.calibration import halves
from training.ner.reliability import ece, reliability

from .conftest import LABELS, documents


def quiet(progress):
    pass


@pytest.fixture(scope="module")
def many():
    """Notes of which every third has lost its gold: the model is often wrong about them."""
    return [Document(d.id, d.text, () if n % 3 == 0 else d.spans) for n, d in enumerate(documents(150, seed=5))]


@pytest.fixture
def field(notes, held_out):
    made = recipe("crf").train(
        notes, held_out, labels=LABELS, settings={}, seed=0, resources=Resources(), on_progress=quiet
    )
    return made.nlp


def test_ece_is_the_mean_distance_weighted_by_the_bins():
    rows = [(0.9, True)] * 8 + [(0.9, False)] * 2
    assert ece(rows) == pytest.approx(0.1)
    assert ece([(0.2, False)] * 10 + [(0.7, True)] * 10) == pytest.approx((0.2 + 0.3) / 2)
    assert ece([]) is None


def test_reliability_has_ten_equally_filled_bins_in_order():
    source = np.random.default_rng(3)
    scores = source.random(1003)
    bins = reliability([(float(s), bool(source.random() < s)) for s in scores])
    assert len(bins) == 10
    assert {b["n"] for b in bins} == {100, 101}
    assert all(b["low"] <= b["confidence"] <= b["high"] for b in bins)
    assert all(abs(b["confidence"] - b["accuracy"]) < 0.15 for b in bins)


def test_reliability_keeps_equal_scores_together():
    assert [b["n"] for b in reliability([(0.5, True)] * 3)] == [3]


def test_halves_are_the_same_whatever_the_company():
    notes = documents(40, seed=1)
    first, second = halves(notes)
    assert min(len(first), len(second)) > 8
    assert halves(first) == (first, [])
    assert halves(second[::-1]) == ([], second[::-1])


@pytest.mark.parametrize("kind", ["network", "field"])
def test_calibrate_brings_confidence_to_the_share_that_is_right(kind, trained, field, many, monkeypatch):
    nlp = trained.nlp if kind == "network" else field
    monkeypatch.setattr(nlp.get_pipe("ner"), "temperature", 0.5)  # puts back what it was, after the test
    found = calibrate(nlp, many, default=2.0, on_progress=quiet)
    assert found.temperature == nlp.get_pipe("ner").temperature > 0.5
    assert found.ece < found.ece_before
    assert found.entities == sum(b["n"] for b in found.bins) > 50


def test_calibrate_of_few_notes_is_the_default(field, held_out):
    found = calibrate(field, held_out[:4], default=3.0, on_progress=quiet)
    assert (found.temperature, field.get_pipe("ner").temperature) == (3.0, 3.0)


def test_calibrate_without_notes_says_nothing(field):
    assert calibrate(field, [], default=2.0, on_progress=quiet) == Calibration(2.0, None, None, 0, [])


def test_calibrate_changes_scores_and_no_entity(field, held_out, many):
    texts = [d.text for d in held_out]
    before = predict(field, texts)
    calibrate(field, many, default=2.0, on_progress=quiet)
    after = predict(field, texts)
    assert [[f.span for f in spans] for spans in before] == [[f.span for f in spans] for spans in after]
    assert before != after


def test_calibrate_reports_and_can_be_cancelled(field, many):
    error, seen = KeyError("stop"), []

    def report(progress):
        seen.append(progress)
        if len(seen) == 12:
            raise error

    with pytest.raises(KeyError) as caught:
        calibrate(field, many, default=2.0, on_progress=report)
    assert caught.value is error
    assert {p.stage for p in seen} == {"calibration"}
    assert [p.step for p in seen] == sorted(p.step for p in seen)


def test_calibration_is_json():
    made = Calibration(2.0, 0.1, 0.2, 1, [{"low": 0.5, "high": 0.5, "n": 1, "confidence": 0.5, "accuracy": 1.0}])
    assert Calibration(**made.to_json()) == made
