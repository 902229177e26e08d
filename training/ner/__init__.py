"""Everything a caller needs to train, package, load and use a recogniser. Pure Python: no Django.

Importing this package registers the factories that a packaged model needs.
"""

from training.ner.calibration import Calibration, calibrate
from training.ner.documents import Document, Progress, TrainingError
from training.ner.mentions import count_misaligned
from training.ner.package import ArtefactError, load, package
from training.ner.params import Param
from training.ner.predict import predict
from training.ner.recipes.config import config_recipe
from training.ner.registry import RECIPES, recipe, register
from training.ner.settings import Settings
from training.ner.spec import Recipe, Resources, Trained
from training.ner.train import train

__all__ = [
    "RECIPES",
    "ArtefactError",
    "Calibration",
    "Document",
    "Param",
    "Progress",
    "Recipe",
    "Resources",
    "Settings",
    "Trained",
    "TrainingError",
    "calibrate",
    "config_recipe",
    "count_misaligned",
    "load",
    "package",
    "predict",
    "recipe",
    "register",
    "train",
]
