"""What is typed into the search field: words that must all occur, and "an entity" in quotes. No Django in here."""

from __future__ import annotations

import re
from dataclasses import dataclass

from annotation.search.content import Name, entity, tag, word
from annotation.search.words import mention, words

# More would be no search; each costs a look into the index.
MAX_PARTS = 20
_QUOTED = re.compile(r"[\"“”„]([^\"“”„]*)[\"“”„]")


@dataclass(frozen=True, slots=True)
class Question:
    """`stems` of the words and the `entities`, each as it was typed."""

    stems: tuple[str, ...] = ()
    entities: tuple[str, ...] = ()

    def names(self, label: str = "") -> frozenset[Name]:
        """Names that a note must all have; with a label, its entities (or one of them) have that label."""
        found: set[Name] = {word(stem) for stem in self.stems}
        found |= {entity(text, label) for text in self.entities}
        if label and not self.entities:
            found.add(tag("label", label))
        return frozenset(found)


def parse(typed: str) -> Question:
    """Anything can be typed; what holds no word asks for nothing."""
    entities = tuple(text for text in _QUOTED.findall(typed) if mention(text))[:MAX_PARTS]
    rest = _QUOTED.sub(" ", typed)
    stems = tuple(dict.fromkeys(found.stem for found in words(rest)))[:MAX_PARTS]
    return Question(stems, entities)
