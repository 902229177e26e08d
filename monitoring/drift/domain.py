"""Can a classifier tell the notes of a window from those of its reference? How well is how far the text moved.

Source: Rabanser, Günnemann and Lipton 2019; ``statistics.md`` C4. What it goes by are the words that changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from monitoring.drift.libraries import library
from monitoring.drift.rows import words_of

WARNS_FROM, GRAVE_FROM = 0.60, 0.75
FOLDS = 3
# With fewer notes a side nothing is learned that holds for the others.
FEWEST = 50
TERMS = 12


@dataclass(frozen=True, slots=True)
class Told:
    """`auc`: .5 when they can't be told apart, 1 when always; `p` one-sided, of Mann and Whitney's test."""

    auc: float
    p: float
    warns_from: float = WARNS_FROM
    grave_from: float = GRAVE_FROM


@dataclass(frozen=True, slots=True)
class Term:
    """A word and how many of a hundred notes hold it. Words of notes: for those who may read them, and never stored."""

    word: str
    window: float
    reference: float


def tell_apart(reference: Sequence[str], window: Sequence[str], *, seed: int = 0) -> Told | None:
    """Cross-fitted: each note is judged by a classifier that did not see it. None when a side has too few notes."""
    if min(len(reference), len(window)) < FEWEST:
        return None
    texts = [*reference, *window]
    side = np.array([0] * len(reference) + [1] * len(window))
    model = library("sklearn.pipeline").make_pipeline(_vectorizer(), _classifier())
    choosing = library("sklearn.model_selection")
    folds = choosing.StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    # A plain sum of the weights, not a probability: within a fold they rank alike, and no fold is shifted.
    judged = choosing.cross_val_predict(model, texts, side, cv=folds, method="decision_function")
    test = library("scipy.stats").mannwhitneyu
    found = test(judged[side == 1], judged[side == 0], alternative="greater")
    return Told(float(found.statistic) / (len(reference) * len(window)), float(found.pvalue))


def top_terms(reference: Sequence[str], window: Sequence[str], *, most: int = TERMS) -> list[Term]:
    """The words that say most that a note is of the window, the strongest first. Empty when a side has too few."""
    if min(len(reference), len(window)) < FEWEST:
        return []
    vectorizer = _vectorizer()
    table = vectorizer.fit_transform([*reference, *window])
    side = np.array([0] * len(reference) + [1] * len(window))
    weights = _classifier().fit(table, side).coef_[0]
    names = vectorizer.get_feature_names_out()
    strongest = [int(at) for at in np.argsort(-np.abs(weights))[:most]]
    holds = (table > 0).astype(float)
    now, before = (np.asarray(holds[side == which].mean(axis=0)).ravel() for which in (1, 0))
    return [Term(str(names[at]), 100 * float(now[at]), 100 * float(before[at])) for at in strongest]


def _vectorizer() -> Any:
    vectorizer = library("sklearn.feature_extraction.text").TfidfVectorizer
    return vectorizer(analyzer=words_of, min_df=2, max_features=5000, sublinear_tf=True)


def _classifier() -> Any:
    return library("sklearn.linear_model").LogisticRegression(max_iter=200)
