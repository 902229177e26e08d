"""The networks: spaCy's transition recogniser on hash embeddings, with or without dictionary features and vectors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import spacy
from spacy.language import Language
from spacy.vectors import Vectors

from training.ner import abbreviations, confidence, crf, dictionary, matcher  # noqa: F401 - they register their factories
from training.ner.settings import Settings

# Attribute of the token and rows of its hash table.
PLAIN = {"NORM": 5000, "PREFIX": 1000, "SUFFIX": 2500, "SHAPE": 2500}
# TAG and LEMMA carry the dictionary's tags (see dictionary.py).
EMBED = {**PLAIN, "TAG": 200, "LEMMA": 200}


def blank_model(settings: Settings, vectors: Vectors | None = None) -> Language:
    """The untrained clinical pipeline: tokeniser, dictionary, tok2vec, ner, abbreviations, reading `vectors` if given.

    Language ``xx``: notes mix them.
    """
    nlp = bare_model()
    if vectors is not None:
        nlp.vocab.vectors = vectors
    nlp.add_pipe("tok2vec", config={"model": _tok2vec(settings, EMBED, vectors=vectors is not None)})
    nlp.add_pipe("marginalia_ner", name="ner", config={"model": _ner(settings)})
    nlp.add_pipe("marginalia_abbreviations", name="abbreviations")
    return nlp


def matching_model() -> Language:
    """Tokeniser and a matcher that still knows no term."""
    nlp = _blank()
    nlp.add_pipe("marginalia_matcher", name="ner")
    return nlp


def field_model() -> Language:
    """Tokeniser, dictionary and a CRF that still has no model."""
    nlp = bare_model()
    nlp.add_pipe("marginalia_crf", name="ner")
    return nlp


def _blank() -> Language:
    return spacy.blank("xx", config={"nlp": {"tokenizer": {"@tokenizers": "marginalia.Tokenizer.v1"}}})


def bare_model() -> Language:
    """Tokeniser and dictionary alone."""
    nlp = _blank()
    nlp.add_pipe("marginalia_dictionary", name="dictionary")
    return nlp


def plain_model(settings: Settings) -> Language:
    """The untrained pipeline that spaCy's own defaults give: English tokeniser, tok2vec, ner."""
    nlp = spacy.blank("en")
    nlp.add_pipe("tok2vec", config={"model": _tok2vec(settings, PLAIN, vectors=False)})
    nlp.add_pipe("marginalia_ner", name="ner", config={"model": _ner(settings)})
    return nlp


def _tok2vec(settings: Settings, embed: Mapping[str, int], *, vectors: bool) -> dict[str, Any]:
    return {
        "@architectures": "spacy.Tok2Vec.v2",
        "embed": {
            "@architectures": "spacy.MultiHashEmbed.v2",
            "width": settings.width,
            "attrs": list(embed),
            "rows": list(embed.values()),
            "include_static_vectors": vectors,
        },
        "encode": {
            "@architectures": "spacy.MaxoutWindowEncoder.v2",
            "width": settings.width,
            "depth": settings.depth,
            "window_size": 1,
            "maxout_pieces": 3,
        },
    }


def _ner(settings: Settings) -> dict[str, Any]:
    return {
        "@architectures": "spacy.TransitionBasedParser.v2",
        "state_type": "ner",
        "extra_state_tokens": False,
        "hidden_width": settings.hidden_width,
        "maxout_pieces": 2,
        "use_upper": True,
        "nO": None,
        "tok2vec": {"@architectures": "spacy.Tok2VecListener.v1", "width": settings.width, "upstream": "tok2vec"},
    }
