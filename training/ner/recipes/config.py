"""A recipe of one's own: a spaCy config file. Its pipeline, batches and optimiser are used as they are written.

The training loop is the house's (progress, cancel, exact F1 on the calibration notes), and its ``ner`` is replaced by
the one that gives every entity a probability. A component called ``dictionary`` of the factory
``marginalia_dictionary`` is filled and cross-fitted as in ``clinical``.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from spacy.schemas import ConfigSchemaTraining
from spacy.training import Example
from spacy.util import load_config, load_model_from_config, registry

from training.ner.documents import TrainingError
from training.ner.fitting import begin, finish, initialize
from training.ner.gold import read, tag
from training.ner.loop import Loop
from training.ner.params import Param
from training.ner.settings import Settings
from training.ner.spec import Order, Recipe, Trained

NEVER = 10**9  # spaCy writes "no limit" as 0


def config_recipe(name: str, title: str, config_path: Path, summary: str = "") -> Recipe:
    """A recipe called `name` of the spaCy config at `config_path`; TrainingError when that can't be read."""
    config = _read(Path(config_path))
    steps = int(config.get("training", {}).get("max_steps") or 20_000)

    def fit(order: Order) -> Trained:
        return _fit(_read(Path(config_path)), order)

    return Recipe(
        name=name,
        title=title,
        summary=summary or f"The pipeline and the training of the spaCy config {Path(config_path).name}.",
        settings={
            "max_steps": Param("int", steps, 1, 1_000_000, log=True, help="The most updates of a run"),
            "temperature": Param("float", 2.0, 0.5, 8.0, help="Used where there are too few notes to fit one"),
        },
        fit=fit,
    )


def _fit(config: Any, order: Order) -> Trained:
    begin(order)
    try:
        nlp = load_model_from_config(config, auto_fill=True)
        plan = registry.resolve(nlp.config.interpolate()["training"], schema=ConfigSchemaTraining)
    except ValueError as error:
        raise TrainingError(f"spaCy does not accept the config: {error}. Correct the file.") from error
    loop = Loop(nlp, order.dev, _settings(plan, order), order.report)
    loop.tell(always=True)
    gold = read(nlp, order.train, loop.tell)
    if nlp.has_pipe("dictionary"):
        tag(nlp, gold, order.labels, loop.tell, folds=loop.settings.folds, seed=order.seed)
    examples = gold.examples(loop.tell)
    initialize(nlp, examples, order.labels)
    total = loop.settings.max_steps
    loop.follow(islice(_stream(examples, plan, order.seed), total), total, plan["optimizer"])
    return finish(loop, order, gold)


def _settings(plan: Any, order: Order) -> Settings:
    rate = getattr(plan["optimizer"], "learn_rate", 0.0)
    return Settings(
        seed=order.seed,
        max_steps=order.settings["max_steps"],
        temperature=order.settings["temperature"],
        dropout=float(plan["dropout"]),
        eval_every=plan["eval_frequency"],
        patience=plan["patience"] or NEVER,
        learn_rate=float(rate) if isinstance(rate, float) else 0.0,
    )


def _stream(examples: Sequence[Example], plan: Any, seed: int) -> Iterator[list[Example]]:
    """Batches as the config's batcher makes them, epoch after epoch."""
    source, order = random.Random(seed), list(examples)  # noqa: S311
    for _ in range(plan["max_epochs"] if plan["max_epochs"] > 0 else NEVER):
        source.shuffle(order)
        yield from plan["batcher"](order)


def _read(path: Path) -> Any:
    """The config with the house's recogniser in the place of spaCy's."""
    try:
        config = load_config(path, interpolate=False)
    except (OSError, ValueError) as error:
        raise TrainingError(f"The spaCy config {path.name} can't be read; check its path and its syntax.") from error
    components = config.get("components", {})
    if "ner" not in components:
        raise TrainingError(f"The spaCy config {path.name} has no component ner; add one.")
    if components["ner"].get("factory") == "ner":
        components["ner"]["factory"] = "marginalia_ner"
        for name in ("incorrect_spans_key", "moves", "scorer", "update_with_oracle_cut_size"):
            components["ner"].pop(name, None)
    return config
