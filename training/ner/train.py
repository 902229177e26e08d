"""Training by settings alone: the clinical recipe without vectors, for callers that need no other."""

from __future__ import annotations

from collections.abc import Sequence

from training.ner.checks import check_documents, in_order
from training.ner.documents import Document, Report
from training.ner.recipes import clinical
from training.ner.settings import Settings
from training.ner.spec import Order, Resources, Trained


def train(
    train: Sequence[Document],
    dev: Sequence[Document],
    *,
    labels: Sequence[str],
    settings: Settings,
    on_progress: Report,
) -> Trained:
    """Train on `train`; with `dev` documents, keep the best weights seen on them and fit the temperature.

    `on_progress` is called at least every second and may raise to cancel: its exception comes out untouched.
    Raises TrainingError when there is nothing to learn from.
    """
    check_documents(train, labels)
    chosen = sorted(set(labels))
    values = {**settings.to_json(), "vectors": "off"}
    seed = values.pop("seed")
    gold, held = in_order(train, chosen), in_order(dev, chosen)
    return clinical.fit(Order(gold, held, chosen, values, seed, Resources(), on_progress))
