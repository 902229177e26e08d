"""Entities as one tag a token, for the CRF: 0 outside, 2n + 1 where the n-th label begins, 2n + 2 inside."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from training.ner.mentions import Mentions
from training.ner.phrases import Keys


def spans(tags: Sequence[int]) -> list[tuple[int, int, int]]:
    """Token start, token end (exclusive) and number of the label of each entity in `tags`."""
    found: list[tuple[int, int, int]] = []
    for at, tag in enumerate(tags):
        label = (tag - 1) // 2
        if tag and tag % 2 == 0 and found and found[-1][1:] == (at, label):
            found[-1] = (found[-1][0], at + 1, label)
        elif tag:
            found.append((at, at + 1, label))
    return found


def tags_of(length: int, mentions: Mentions, labels: Sequence[str]) -> Keys:
    """The tag of each of `length` tokens, shape (tokens,): the inverse of :func:`spans`."""
    tags = np.zeros(length, np.uint64)
    for start, end, label in mentions:
        number = 2 * labels.index(label)
        tags[start:end] = number + 2
        tags[start] = number + 1
    return tags
