import pytest

from training.ner import Resources, TrainingError, config_recipe, load, package, predict, recipe, register
from training.ner.registry import RECIPES

from .conftest import LABELS

CONFIG = """
[nlp]
lang = "xx"
pipeline = ["ner"]

[components]

[components.ner]
factory = "ner"

[components.ner.model]
@architectures = "spacy.TransitionBasedParser.v2"
state_type = "ner"
extra_state_tokens = false
hidden_width = 32
maxout_pieces = 2
use_upper = true

[components.ner.model.tok2vec]
@architectures = "spacy.HashEmbedCNN.v2"
pretrained_vectors = null
width = 32
depth = 2
embed_size = 300
window_size = 1
maxout_pieces = 3
subword_features = true

[training]
max_steps = 50
eval_frequency = 25

[training.optimizer]
@optimizers = "Adam.v1"
learn_rate = 0.01
"""


@pytest.fixture
def own(tmp_path):
    def make(text=CONFIG):
        (tmp_path / "own.cfg").write_text(text)
        return config_recipe("own", "Our own", tmp_path / "own.cfg")

    return make


def train(made, notes, dev, **settings):
    return made.train(
        notes, dev, labels=LABELS, settings=settings, seed=1, resources=Resources(), on_progress=lambda progress: None
    )


def test_config_recipe_trains_scores_and_packages(own, notes, held_out, tmp_path):
    made = train(own(), notes, held_out)
    texts = [d.text for d in held_out]
    found = predict(made.nlp, texts)
    assert [p.step for p in made.history] == [0, 25, 50, 50]
    assert made.history[-1].dev_f1 > 0.3
    assert all(0 < f.score < 1 for spans in found for f in spans)
    sha256 = package(made, tmp_path / "model", meta={})
    assert predict(load(tmp_path / "model", sha256=sha256), texts) == found


def test_config_recipe_takes_its_steps_from_the_config(own, notes):
    made = own()
    assert made.settings["max_steps"].default == 50
    assert train(made, notes, [], max_steps=3).history[-1].step == 3


@pytest.mark.filterwarnings("ignore:All-NaN slice")
@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[components.ner]", "[components.ner", r"own\.cfg can't be read"),
        ("components.ner", "components.other", r"own\.cfg has no component ner"),
        ("HashEmbedCNN.v2", "NoSuch.v9", "spaCy does not accept the config"),
        ("learn_rate = 0.01", "learn_rate = 1e30", "Training diverged"),
    ],
)
def test_config_recipe_of_a_bad_config_says_so(own, notes, old, new, message):
    with pytest.raises(TrainingError, match=message):
        train(own(CONFIG.replace(old, new)), notes, [])


def test_config_recipe_without_file_says_so(tmp_path):
    with pytest.raises(TrainingError, match=r"nowhere\.cfg can't be read"):
        config_recipe("own", "Our own", tmp_path / "nowhere.cfg")


def test_register_makes_a_recipe_known_once(own, monkeypatch):
    made = own()
    monkeypatch.setitem(RECIPES, "own", made)  # so that it is gone after the test
    assert register(made) is recipe("own")
    with pytest.raises(TrainingError, match="A recipe called own exists"):
        register(own())


def test_register_leaves_the_recipes_of_the_house_alone(own, tmp_path):
    own()
    with pytest.raises(TrainingError, match="A recipe called crf exists"):
        register(config_recipe("crf", "Mine", tmp_path / "own.cfg"))
