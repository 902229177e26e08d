"""Everything a caller needs to train, package, load and use a recogniser. Pure Python: no Django.

Importing this package registers the factories that a packaged model needs.
"""

from training.ner.documents import Document, Progress, Settings, TrainingError
from training.ner.lexicon import count_misaligned
from training.ner.package import ArtefactError, load, package
from training.ner.predict import predict
from training.ner.train import Trained, train

__all__ = [
    "ArtefactError",
    "Document",
    "Progress",
    "Settings",
    "Trained",
    "TrainingError",
    "count_misaligned",
    "load",
    "package",
    "predict",
    "train",
]
