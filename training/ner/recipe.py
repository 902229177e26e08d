"""The recipe of `ml.md`: spaCy's transition recogniser on hash embeddings, dictionary features beside the shapes."""

from __future__ import annotations

from typing import Any

import spacy
from spacy.language import Language

from training.ner import abbreviations, confidence, dictionary  # noqa: F401 - they register their factories
from training.ner.documents import Settings

# Attribute of the token and rows of its hash table. TAG and LEMMA carry the dictionary's tags (see dictionary.py).
EMBED = {"NORM": 5000, "PREFIX": 1000, "SUFFIX": 2500, "SHAPE": 2500, "TAG": 200, "LEMMA": 200}
TRAINED = ("tok2vec", "ner")


def blank_model(settings: Settings) -> Language:
    """The untrained pipeline: tokeniser, dictionary, tok2vec, ner, abbreviations. Language ``xx``: notes mix them."""
    nlp = spacy.blank("xx", config={"nlp": {"tokenizer": {"@tokenizers": "marginalia.Tokenizer.v1"}}})
    nlp.add_pipe("marginalia_dictionary", name="dictionary")
    nlp.add_pipe("tok2vec", config={"model": _tok2vec(settings)})
    nlp.add_pipe("marginalia_ner", name="ner", config={"model": _ner(settings)})
    nlp.add_pipe("marginalia_abbreviations", name="abbreviations")
    return nlp


def _tok2vec(settings: Settings) -> dict[str, Any]:
    return {
        "@architectures": "spacy.Tok2Vec.v2",
        "embed": {
            "@architectures": "spacy.MultiHashEmbed.v2",
            "width": settings.width,
            "attrs": list(EMBED),
            "rows": list(EMBED.values()),
            "include_static_vectors": False,
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
