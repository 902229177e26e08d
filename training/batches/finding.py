"""A chunk's entities: the model over its texts, in pieces between which the worker looks whether it shall go on."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from spacy.language import Language

from annotation.spans import ScoredSpan
from training.lanes import entities

# Between two looks; a memory zone each.
PIECE = 128

logger = logging.getLogger(__name__)


def find(nlp: Language, texts: Sequence[str], *, look: Callable[[], None]) -> list[list[ScoredSpan] | None]:
    """The entities of each text in order; None for one that the model could not read. `look` may raise to stop."""
    found: list[list[ScoredSpan] | None] = []
    for at in range(0, len(texts), PIECE):
        look()
        found += _piece(nlp, texts[at : at + PIECE])
    return found


def _piece(nlp: Language, texts: Sequence[str]) -> list[list[ScoredSpan] | None]:
    try:
        return list(entities(nlp, texts))
    except Exception as error:
        if len(texts) > 1:
            # One by one, so that only the text to blame has no result.
            return [found for text in texts for found in _piece(nlp, [text])]
        logger.error("a row of a batch can't be read by the model: %s", type(error).__name__, exc_info=error)
        return [None]
