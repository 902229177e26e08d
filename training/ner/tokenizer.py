"""The tokeniser of every recipe: finer than spaCy's, so that the edges of gold spans fall on edges of tokens.

It splits inside words at the signs of :data:`SIGNS` and where a digit meets a unit (``500mg``), knows no exceptions
(spaCy's English ones take ``im`` apart, which here is *intramuscular*) and no web addresses. It never changes the text:
the tokens with their white space are the text.
"""

from __future__ import annotations

import re

from spacy.language import Language
from spacy.tokenizer import Tokenizer
from spacy.util import registry
from spacy.vocab import Vocab

SIGNS = "-–—‐‑/\\+=:;,()[]{}<>%~*&|#@^°→•·।\"'’‘“”`_?!"
_SIGN = f"[{re.escape(SIGNS)}]"
_EMOJI = "[\U0001f300-\U0001faff\u2600-\u27bf]"
_UNITS = "mg|mcg|gm|g|kg|ml|l|iu|cm|mm|hrs?|days?|wks?|weeks?|months?|yrs?|years?|tabs?"
# A full stop typed without its space: "Tab.Crocin", "fever.Adv", "1.fever"; but not "p.o" or "2.5".
_STOPS = r"(?<=[a-z])\.(?=[A-Z])|(?<=[A-Za-z])\.(?=[A-Za-z]{2})|(?<=[0-9])\.(?=[A-Za-z]{3})|\.\.+|…"
# A name and its strength typed together: "PROPRANOLOL20mg", but not "HbA1c", "T2DM" or "B12".
_STRENGTH = r"(?<=[A-Za-z]{4})(?=[0-9])"
INFIXES = f"{_SIGN}|{_EMOJI}|{_STOPS}|{_STRENGTH}"
PREFIXES = rf"^(?:{_SIGN}|{_EMOJI}|\.\.+|…|\.(?=[^0-9]))"
SUFFIXES = rf"(?:{_SIGN}|{_EMOJI}|\.\.+|…|\.|(?<=[0-9])(?:{_UNITS}))$"


def make_tokenizer(nlp: Language) -> Tokenizer:
    """The tokeniser of `nlp`; linear in the length of the text."""
    return tokenizer_for(nlp.vocab)


def tokenizer_for(vocab: Vocab) -> Tokenizer:
    """A tokeniser whose words are kept in `vocab`."""
    return Tokenizer(
        vocab,
        rules={},
        prefix_search=re.compile(PREFIXES).search,
        suffix_search=re.compile(SUFFIXES, re.IGNORECASE).search,
        infix_finditer=re.compile(INFIXES).finditer,
    )


registry.tokenizers.register("marginalia.Tokenizer.v1", func=lambda: make_tokenizer)
