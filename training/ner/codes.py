"""Codes of an entity by its words: MeSH for diseases and drugs, DrugBank for drugs.

The same two packages as the static term lists (see ``terms.py``), looked up by the whole mention, lower case. A mention
that names nothing of the lists has no code: none is guessed.
"""

from __future__ import annotations

import re
import threading
from typing import Any, NamedTuple

from training.ner.terms import static_table

MESH, DRUGBANK = "https://id.nlm.nih.gov/mesh", "https://go.drugbank.com/drugs"
_SPACES = re.compile(r"\s+")
_tables: dict[str, dict[str, tuple[Code, ...]]] = {}
_lock = threading.Lock()


class Code(NamedTuple):
    """A concept: `system` names the list, `code` is its id there, `display` its preferred name."""

    system: str
    code: str
    display: str

    def to_json(self) -> dict[str, str]:
        return self._asdict()


def codes(mention: str, label: str) -> tuple[Code, ...]:
    """What the mention stands for; empty when its words are in no list."""
    return table(label).get(_SPACES.sub(" ", mention).strip().lower(), ())


def table(label: str) -> dict[str, tuple[Code, ...]]:
    """Every name for `label` with its codes; half a second at the first call, which a server makes before it forks."""
    if label not in _tables:
        # Once, however many ask at the same moment.
        with _lock:
            if label not in _tables:
                _tables[label] = _read(label)
    return _tables[label]


def _read(label: str) -> dict[str, tuple[Code, ...]]:
    variants, concepts = static_table(label)
    known = {name: _codes(data) for name, data in concepts.items()}
    # A word that stands for several things tells nothing.
    return {word: found for word, names in variants.items() if len(names) == 1 and (found := known.get(names[0]))}


def _codes(data: dict[str, Any]) -> tuple[Code, ...]:
    name = str(data.get("name", ""))
    found = ((MESH, data.get("mesh_id")), (DRUGBANK, data.get("drugbank_id")))
    return tuple(Code(system, str(code), name) for system, code in found if code and name)
