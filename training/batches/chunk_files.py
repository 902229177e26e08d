"""A chunk's file: its good rows as they came, for the worker and, until the batch expires, for the words of results."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from annotation.errors import ActionError
from training.batches.vault import Vault


class ChunkRow(NamedTuple):
    """A note that waits: its row in the upload, and what is told of it."""

    row: int
    external_id: str
    text: str
    patient: str
    doctor: str
    facets: Mapping[str, str]


def write(vault: Vault, number: int, rows: Sequence[ChunkRow]) -> None:
    vault.write(_name(number), json.dumps(rows, ensure_ascii=False))


def read(vault: Vault, number: int) -> list[ChunkRow]:
    """The rows as written. Raises ActionError when the file is not here, KeyringError when it was changed."""
    try:
        return [ChunkRow(*row) for row in json.loads(vault.read(_name(number)))]
    except FileNotFoundError:
        raise ActionError(
            f"The file of chunk {number} is missing on this machine; let all workers share one data folder."
        ) from None


def _name(number: int) -> str:
    return f"chunk-{number:06}"
