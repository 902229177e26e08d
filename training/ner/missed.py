"""How many entities a model expects to have missed: over the tokens it left outside, the chance that one begins there.

With the scores of what it found this makes F1 without labels (``ml.md``, "Confidence"): an early warning, far too
hopeful on text unlike its training's, and never a figure of accuracy.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from spacy.attrs import ENT_IOB
from spacy.language import Language
from spacy.tokens import Doc

from training.ner.confidence import ScoredRecognizer
from training.ner.predict import BATCH_CHARACTERS


def expected(nlp: Language, texts: Sequence[str]) -> list[float]:
    """A number a text; 0 for each where the pipeline has no recogniser with scores, such as a dictionary's."""
    if not nlp.has_pipe("ner") or not isinstance(recognizer := nlp.get_pipe("ner"), ScoredRecognizer):
        return [0.0] * len(texts)
    size = max(1, int(BATCH_CHARACTERS * len(texts) / max(1, sum(map(len, texts)))))
    found: list[float] = []
    for start in range(0, len(texts), size):
        found += _of(recognizer, list(nlp.pipe(texts[start : start + size], batch_size=size)))
    return found


def _of(recognizer: ScoredRecognizer, docs: Sequence[Doc]) -> list[float]:
    filled = [doc for doc in docs if len(doc)]
    if not filled:
        return [0.0] * len(docs)
    outside = [_outside(doc) for doc in filled]
    chances = recognizer.chance_of_entity(filled, np.concatenate(outside))
    parts = iter(np.split(chances, np.cumsum([int(part.sum()) for part in outside])[:-1]))
    return [float(next(parts).sum()) if len(doc) else 0.0 for doc in docs]


def _outside(doc: Doc) -> npt.NDArray[np.bool_]:
    iob = doc.to_array([ENT_IOB]).ravel()
    found: npt.NDArray[np.bool_] = (iob != 3) & (iob != 1)
    return found
