"""A chunk's entities: the model over its texts, in pieces between which the worker looks whether it shall go on."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence

from spacy.language import Language

from annotation.spans import ScoredSpan
from training.lanes import entities

# Between two looks, about a second; a memory zone each. (Notes of 260 characters cost 4 % less each in pieces of 512
# than of 128: the model's own batches seldom end short.)
PIECE_CHARACTERS = 130_000

logger = logging.getLogger(__name__)


def find(nlp: Language, texts: Sequence[str], *, look: Callable[[], None]) -> list[list[ScoredSpan] | None]:
    """The entities of each text in order; None for one that the model could not read. `look` may raise to stop."""
    found: list[list[ScoredSpan] | None] = []
    for piece in _pieces(texts):
        look()
        found += _piece(nlp, piece)
    return found


def _pieces(texts: Sequence[str]) -> Iterator[list[str]]:
    piece: list[str] = []
    characters = 0
    for text in texts:
        piece.append(text)
        characters += len(text)
        if characters >= PIECE_CHARACTERS:
            yield piece
            piece, characters = [], 0
    if piece:
        yield piece


def _piece(nlp: Language, texts: Sequence[str]) -> list[list[ScoredSpan] | None]:
    try:
        return list(entities(nlp, texts))
    except Exception as error:
        if len(texts) > 1:
            # One by one, so that only the text to blame has no result.
            return [found for text in texts for found in _piece(nlp, [text])]
        logger.error("a row of a batch can't be read by the model: %s", type(error).__name__, exc_info=error)
        return [None]
