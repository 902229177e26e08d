"""What every recipe must do, asked of each."""

from dataclasses import replace

import pytest

from annotation.spans import Counts, exact_counts
from training.ner import RECIPES, Resources, TrainingError, load, package, predict, recipe, train
from training.ner.recipes.update import rehearsed

from .conftest import CANARY, LABELS, PHONE, SETTINGS

QUICK = {"max_steps": 44, "min_steps": 44, "eval_every": 22, "width": 32, "depth": 2, "hidden_width": 32}
SETTINGS_OF = {
    "dictionary": {},
    "crf": {},
    "spacy": {**QUICK, "learn_rate": 5e-3},
    "clinical": {**QUICK, "learn_rate": 5e-3},
    "update": {"max_steps": 10, "min_steps": 10, "eval_every": 5},
}
NAMES = list(SETTINGS_OF)


def quiet(progress):
    pass


@pytest.fixture(scope="module")
def champion(trained, tmp_path_factory):
    """The session's model as it serves: packaged, and loaded again."""
    folder = tmp_path_factory.mktemp("models") / "champion"
    return load(folder, sha256=package(trained, folder, meta={}))


@pytest.fixture(scope="module")
def make(notes, held_out, champion):
    """Train the recipe called `name`."""

    def run(name, *, gold=notes, dev=held_out, settings=(), on_progress=quiet):
        resources = Resources(base=champion, rehearsal=notes)
        return recipe(name).train(
            gold,
            dev,
            labels=LABELS,
            settings={**SETTINGS_OF[name], **dict(settings)},
            seed=1,
            resources=resources,
            on_progress=on_progress,
        )

    return run


@pytest.fixture(scope="module", params=NAMES)
def made(request, make):
    return request.param, make(request.param)


def test_recipes_are_these():
    assert set(NAMES) <= set(RECIPES)
    assert all(each.name == name and each.title and each.summary.endswith(".") for name, each in RECIPES.items())


def test_recipe_learns_the_notes(made, held_out):
    found = predict(made[1].nlp, [d.text for d in held_out])
    pairs = zip(held_out, found, strict=True)
    assert sum((exact_counts(d.spans, [f.span for f in spans]) for d, spans in pairs), Counts()).f1 > 0.8


def test_recipe_ends_its_history_with_the_f1_of_its_dev_notes(made, held_out):
    found = predict(made[1].nlp, [d.text for d in held_out])
    counts = (exact_counts(d.spans, [f.span for f in spans]) for d, spans in zip(held_out, found, strict=True))
    last = made[1].history[-1]
    assert last.dev_f1 == pytest.approx(sum(counts, Counts()).f1)
    assert 0 < last.step <= last.total


def test_recipe_scores_are_between_0_and_1(made, held_out):
    found = predict(made[1].nlp, [d.text for d in held_out])
    assert all(0 < f.score < 1 for spans in found for f in spans)
    assert any(found)


def test_recipe_packages_loads_and_predicts_the_same(made, held_out, tmp_path):
    texts = ["", *(d.text for d in held_out)]
    sha256 = package(made[1], tmp_path / "model", meta={})
    assert predict(load(tmp_path / "model", sha256=sha256), texts) == predict(made[1].nlp, texts)


def test_recipe_artefact_holds_no_word_of_the_notes(made, tmp_path):
    package(made[1], tmp_path / "model", meta={})
    secrets = (*CANARY.lower().split(), *PHONE.split("-"), "dwarfitis", "zorblex")
    for path in (p for p in (tmp_path / "model").rglob("*") if p.is_file()):
        data = path.read_bytes().lower()
        assert not [s for s in secrets if s.encode() in data or s.encode("utf-16-le") in data], path.name


def test_recipe_same_seed_same_bytes_whatever_the_order(made, make, notes, held_out, tmp_path):
    name, first = made
    again = make(name, gold=notes[::-1], dev=held_out[::-1])
    assert package(first, tmp_path / "1", meta={}) == package(again, tmp_path / "2", meta={})


@pytest.mark.parametrize("name", NAMES)
def test_recipe_of_one_note_reads_a_long_one(make, notes, name):
    made = make(name, gold=notes[:1], dev=[], settings={k: 2 for k in SETTINGS_OF[name] if k.endswith("_steps")})
    (found,) = predict(made.nlp, ["asthma on salbutamol. " * 910])
    assert all(0 < each.score < 1 for each in found)


@pytest.mark.parametrize("name", NAMES)
def test_recipe_cancelled_by_progress_raises_that_very_exception(make, name):
    error = KeyError("stop")

    def stop(progress):
        raise error

    with pytest.raises(KeyError) as caught:
        make(name, on_progress=stop)
    assert caught.value is error


@pytest.mark.parametrize("name", NAMES)
def test_recipe_without_gold_says_so(make, name):
    with pytest.raises(TrainingError, match="0 documents"):
        make(name, gold=[])


def test_recipe_unknown_names_the_choices():
    with pytest.raises(TrainingError, match="no recipe deep; choose dictionary, "):
        recipe("deep")


def test_update_without_a_base_says_so(notes):
    with pytest.raises(TrainingError, match="no model in service to update; train one with the recipe clinical"):
        recipe("update").train(notes, [], labels=LABELS, settings={}, seed=1, resources=Resources(), on_progress=quiet)


def test_update_of_other_labels_says_so(notes, trained):
    with pytest.raises(TrainingError, match="knows DISEASE, TREATMENT, and the gold is to teach DISEASE"):
        recipe("update").train(
            notes,
            [],
            labels=["DISEASE"],
            settings={},
            seed=1,
            resources=Resources(base=trained.nlp),
            on_progress=quiet,
        )


def test_update_leaves_its_base_as_it_was(make, champion, held_out):
    texts = [d.text for d in held_out]
    before, weights = predict(champion, texts), champion.get_pipe("ner").model.to_bytes()
    made = make("update")
    assert made.nlp.get_pipe("ner").model.to_bytes() != weights
    assert predict(champion, texts) == before
    assert champion.get_pipe("ner").model.to_bytes() == weights


def test_update_rehearses_as_many_old_notes_as_there_are_new():
    chosen = rehearsed(10, 100, share=1.0, seed=1)
    assert (chosen[:10], len(chosen), len(set(chosen))) == (list(range(10)), 20, 20)
    assert all(10 <= place < 110 for place in chosen[10:])
    assert len(rehearsed(10, 5, share=1.0, seed=1)) == 15
    assert rehearsed(10, 100, share=0.0, seed=1) == list(range(10))


@pytest.mark.filterwarnings("ignore:All-NaN slice")
def test_network_that_diverges_says_so_and_gives_no_model(notes):
    settings = replace(SETTINGS, learn_rate=1e30)
    with pytest.raises(TrainingError, match=r"diverged: after update \d+ .* learn rate 1e\+30; choose a lower"):
        train(notes, [], labels=LABELS, settings=settings, on_progress=quiet)
