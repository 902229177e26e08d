"""How the documents of a training run are dealt out: batches counted in words, growing, epoch after epoch."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from spacy.training import Example

from training.ner.settings import Settings


def count_steps(words: int, sizes: Sequence[float], settings: Settings) -> int:
    """The number of steps in which batches of these sizes pass `words` words `settings.epochs` times, within bounds."""
    left, steps = words * settings.epochs, 0
    while left > 0 and steps < settings.max_steps:
        left -= sizes[steps]
        steps += 1
    return min(settings.max_steps, max(settings.min_steps, steps))


def batch_sizes(settings: Settings) -> Iterator[float]:
    """The words of each batch: growing by a constant factor, for the most steps a run may have."""
    size = float(settings.batch_start)
    for _ in range(max(settings.max_steps, settings.min_steps)):
        yield size
        size = min(float(settings.batch_stop), size * settings.batch_compound)


def batches(examples: Sequence[Example], sizes: Sequence[float], seed: int) -> Iterator[list[Example]]:
    """A batch of at least one document and about that many words for each of `sizes`, epoch after epoch."""
    stream = _forever(examples, random.Random(seed))  # noqa: S311
    for size in sizes:
        batch = [next(stream)]
        while sum(len(e.predicted) for e in batch) < size:
            batch.append(next(stream))
        yield batch


def _forever(examples: Sequence[Example], source: random.Random) -> Iterator[Example]:
    order = list(examples)
    while order:
        source.shuffle(order)
        yield from order
