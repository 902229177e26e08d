"""Abbreviation consistency: a short form defined in the note carries its long form's label through the note.

"... congestive heart failure (CHF) ... CHF ...": once *congestive heart failure* is an entity, every *CHF* is one of
the same label. Worth 1.0 to 1.2 points of F1 on BC5CDR (`ml.md`). The definition rule is that of Schwartz and Hearst
(2003, "A simple algorithm for identifying abbreviation definitions in biomedical text"): the letters of the short form
occur in order in the words before the bracket, the first one at the start of a word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.util import filter_spans

from training.ner.confidence import SCORES

_BRACKET = re.compile(r"\(\s*([A-Za-z][A-Za-z0-9/&.+\-]{1,9})\s*[),;]")


def definitions(text: str) -> Iterator[tuple[str, int, int]]:
    """Short forms that `text` defines: the short form, and start and end of its long form in code points."""
    for match in _BRACKET.finditer(text):
        short = match.group(1).rstrip(".-")
        if sum(letter.isupper() for letter in short) >= 2 or short.isupper():
            end = len(text[: match.start()].rstrip())
            start = _long_form_start(short, text, end)
            if start is not None:
                yield short, start, end


def _long_form_start(short: str, text: str, end: int) -> int | None:
    """Where the long form before `end` begins; None when the letters of `short` can't be found there."""
    letters = [letter for letter in short.lower() if letter.isalnum()]
    floor = max(0, end - 12 * (len(letters) + 5))
    at = end
    for number in range(len(letters) - 1, -1, -1):
        at -= 1
        while at >= floor and not _fits(text, at, letters[number], first=number == 0):
            at -= 1
        if at < floor:
            return None
    return at if end - at > len(short) else None


def _fits(text: str, at: int, letter: str, *, first: bool) -> bool:
    return text[at].lower() == letter and not (first and at > 0 and text[at - 1].isalnum())


def unify(doc: Doc) -> Doc:
    """Set the entities of `doc` so that each defined short form has its long form's label everywhere.

    A short form that the model had not found, or found under another label, gets the score of its long form.
    """
    forms = _short_forms(doc)
    if not forms:
        return doc
    scores: dict[tuple[int, int], float] = doc.user_data.setdefault(SCORES, {})
    before = {(ent.start, ent.end): ent.label_ for ent in doc.ents}
    added = filter_spans(span for short, (label, _) in forms.items() for span in _occurrences(doc, short, label))
    for span in added:
        if before.get((span.start, span.end)) != span.label_:
            scores[span.start, span.end] = forms[span.text][1]
    doc.ents = _merged(doc, added)
    return doc


def _short_forms(doc: Doc) -> dict[str, tuple[str, float]]:
    """For each defined short form the label and score of the entity that is, or ends, its long form."""
    ending = {ent.end_char: ent for ent in doc.ents}
    scores = doc.user_data.get(SCORES, {})
    found: dict[str, tuple[str, float]] = {}
    for short, start, end in definitions(doc.text) if ending else ():
        ent = ending.get(end)
        if ent is not None and ent.start_char <= start + 1:
            found.setdefault(short, (ent.label_, scores.get((ent.start, ent.end), 1.0)))
    return found


def _occurrences(doc: Doc, short: str, label: str) -> Iterator[Span]:
    for match in re.finditer(rf"(?<!\w){re.escape(short)}(?!\w)", doc.text):
        span = doc.char_span(match.start(), match.end(), label=label)
        if span is not None:
            yield span


def _merged(doc: Doc, added: Sequence[Span]) -> list[Span]:
    """`added` but where a longer entity covers it, and the entities of `doc` that it leaves free; in linear time."""
    covering = {token.i: ent for ent in doc.ents for token in ent}
    kept = [new for new in added if not _holds(covering.get(new.start), new)]
    taken = {token.i for new in kept for token in new}
    return kept + [ent for ent in doc.ents if taken.isdisjoint(range(ent.start, ent.end))]


def _holds(old: Span | None, new: Span) -> bool:
    return old is not None and new.end <= old.end and len(old) > len(new)


@Language.factory("marginalia_abbreviations")
def _make(nlp: Language, name: str) -> Any:
    return unify
