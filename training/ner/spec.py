"""What a recipe is: a name, what can be tuned, and a function from gold to a trained pipeline."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from spacy.language import Language

from training.ner.checks import check_documents, in_order
from training.ner.documents import Document, Progress, Report
from training.ner.params import Param, resolved


@dataclass(slots=True)
class Trained:
    """A trained pipeline. `temperature` is inside `nlp` too; `misaligned` gold spans were widened to whole tokens."""

    nlp: Language
    temperature: float
    misaligned: int
    history: list[Progress] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Resources:
    """What a recipe may use besides the gold.

    `raw_texts` are the project's own notes, for vectors (None: no vectors); `cache` is a folder where trained vectors
    are kept by the hash of their texts and settings, so that the trials of an experiment train them once. `base` is
    the champion's pipeline and `rehearsal` the gold it was trained on, both for ``update``.
    """

    raw_texts: Callable[[], Iterable[str]] | None = None
    base: Language | None = None
    rehearsal: Sequence[Document] = ()
    cache: Path | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """One training as a recipe's `fit` gets it: checked documents by id, every setting with a value."""

    train: Sequence[Document]
    dev: Sequence[Document]
    labels: Sequence[str]
    settings: Mapping[str, Any]
    seed: int
    resources: Resources
    report: Report


@dataclass(frozen=True, slots=True)
class Recipe:
    """A way to train. `settings` are what can be tuned; `summary` is one sentence for people."""

    name: str
    title: str
    summary: str
    settings: Mapping[str, Param]
    fit: Callable[[Order], Trained]

    def train(
        self,
        train: Sequence[Document],
        dev: Sequence[Document],
        *,
        labels: Sequence[str],
        settings: Mapping[str, Any],
        seed: int,
        resources: Resources,
        on_progress: Report,
    ) -> Trained:
        """Train on `train`; `dev` serves early stopping and the temperature, and may be empty.

        The order of documents and labels changes nothing. `on_progress` is called at least every second and may raise
        to cancel: its exception comes out untouched. Raises TrainingError when there is nothing to learn from, when a
        setting is unknown or out of its range, or when training diverges.
        """
        check_documents(train, labels)
        chosen = sorted(set(labels))
        order = Order(
            train=in_order(train, chosen),
            dev=in_order(dev, chosen),
            labels=chosen,
            settings=resolved(self.name, self.settings, settings),
            seed=seed,
            resources=resources,
            report=on_progress,
        )
        return self.fit(order)
