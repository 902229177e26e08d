"""A lexicon learned from the gold.

The lexicon tags each entry with its label and with how often it was gold where it matched (:data:`CLASSES`).
A training document is tagged with the lexicon of the other folds (cross-fitting): tagged with its own, every gold span
would be in the lexicon and the model would learn to trust it blindly.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np
from spacy.tokens import Doc

from training.ner.mentions import Mentions
from training.ner.phrases import Phrases, Words

CLASSES = (0.3, 0.8)  # precision below .3, below .8, and more: see ml.md
Tick = Callable[[], None]


class Corpus:
    """Training texts with their gold in tokens, read once; :meth:`learn` and :meth:`cross_fit` count over them.

    `tick` is called for each document read.
    """

    def __init__(
        self, docs: Sequence[Doc], mentions: Sequence[Mentions], labels: Sequence[str], tick: Tick = lambda: None
    ) -> None:
        self.words = [Words(doc) for doc in docs]
        self.tick = tick
        self.mentions = mentions
        self.labels = list(labels)

    def learn(self, chosen: Sequence[int]) -> Phrases:
        """The lexicon of the documents at the places `chosen`."""
        gold = self._gold_labels(chosen)
        if not gold:
            return Phrases.empty()
        keys = np.array(list(gold), dtype=np.uint64)
        matched, right = self._matched(chosen, Phrases(keys, np.ones(len(keys), np.uint8)), gold)
        codes = [self._code(gold[key], right[key] / max(1, matched[key])) for key in gold]
        return Phrases(keys, np.array(codes, dtype=np.uint8))

    def cross_fit(self, folds: int, seed: int) -> list[Phrases]:
        """For each document a lexicon learned without the fold it is in."""
        fold_of = fold_numbers(len(self.words), folds, seed)
        lexicons = []
        for fold in range(folds):
            lexicons.append(self.learn([at for at, other in enumerate(fold_of) if other != fold]))
        return [lexicons[fold] for fold in fold_of]

    def _gold_labels(self, chosen: Sequence[int]) -> dict[int, str]:
        """Each gold phrase with its most frequent label; ties go to the label that is first in the alphabet."""
        votes: dict[int, Counter[str]] = {}
        for at in chosen:
            for start, end, label in self.mentions[at]:
                key = self.words[at].key(start, end)
                if key is not None:
                    votes.setdefault(int(key), Counter())[label] += 1
        return {key: min(count, key=lambda label: (-count[label], label)) for key, count in votes.items()}

    def _matched(
        self, chosen: Sequence[int], phrases: Phrases, gold: dict[int, str]
    ) -> tuple[Counter[int], Counter[int]]:
        """How often each phrase was the longest match, and how often that match was gold with its label."""
        matched: Counter[int] = Counter()
        right: Counter[int] = Counter()
        for at in chosen:
            self.tick()
            expected = set(self.mentions[at])
            for start, end, _, key in self.words[at].matches(phrases):
                matched[int(key)] += 1
                right[int(key)] += (start, end, gold[int(key)]) in expected
        return matched, right

    def _code(self, label: str, precision: float) -> int:
        place = sum(precision >= bound for bound in CLASSES)
        return 1 + (len(CLASSES) + 1) * self.labels.index(label) + place


def fold_numbers(count: int, folds: int, seed: int) -> list[int]:
    """A fold for each of `count` places: as equal as can be, shuffled by `seed`."""
    numbers = [at % folds for at in range(count)]
    random.Random(seed).shuffle(numbers)  # noqa: S311
    return numbers
