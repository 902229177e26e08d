"""The artefact: a folder that holds a trained model, no word of its training notes, and is checked when loaded.

spaCy saves its whole vocabulary (``vocab/strings.json``): every token of every training note. The folder is written
without it; the tokeniser, the weights, the labels, the hashed dictionaries and the table of vectors (floret's, which
holds no word) are all that predictions need.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import spacy
from spacy.language import Language

from training.ner.spec import Trained

META = "marginalia.json"


class ArtefactError(RuntimeError):
    """A model folder is missing or not what was registered; the message names it and the remedy."""


def package(trained: Trained, folder: Path, *, meta: Mapping[str, Any]) -> str:
    """Write `trained` to `folder`, whole or not at all, with `meta` (JSON-able) in ``marginalia.json``.

    Returns the sha256 of the folder in hex, see :func:`folder_sha256`. Raises ArtefactError when `folder` exists.
    """
    if folder.exists():
        raise ArtefactError(f"The model folder {folder.name} exists; a packaged model never changes, use a new name.")
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        trained.nlp.to_disk(draft, exclude=["vocab"])
        _keep_vectors(trained.nlp, draft / "vocab")
        scorer: Any = trained.nlp.get_pipe("ner")
        facts = {**meta, "temperature": scorer.temperature, "misaligned": trained.misaligned}
        (draft / META).write_text(json.dumps(facts, indent=1, sort_keys=True), encoding="utf-8")
        digest = folder_sha256(draft)
        draft.chmod(0o755)  # mkdtemp makes it 700, and the web server may be another user
        os.replace(draft, folder)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    return digest


def _keep_vectors(nlp: Language, folder: Path) -> None:
    """Write the table of vectors, if there is one, beside an empty list of words: loading asks for the list."""
    if len(nlp.vocab.vectors):
        folder.mkdir()
        nlp.vocab.vectors.to_disk(folder, exclude=["strings"])
        (folder / "strings.json").write_text("[]", encoding="utf-8")


def folder_sha256(folder: Path) -> str:
    """One sha256 over all files: each one's path relative to `folder`, its size and its bytes, sorted by path."""
    digest = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        data = path.read_bytes()
        digest.update(f"{path.relative_to(folder).as_posix()}\0{len(data)}\0".encode())
        digest.update(data)
    return digest.hexdigest()


def load(folder: Path, *, sha256: str) -> Language:
    """The model in `folder` when its bytes are those that were packaged, else ArtefactError."""
    if not folder.is_dir():
        raise ArtefactError(f"The model folder {folder.name} is missing; restore it from a backup or train again.")
    found = folder_sha256(folder)
    if found != sha256:
        raise ArtefactError(
            f"The model folder {folder.name} has sha256 {found[:12]}…, not {sha256[:12]}… as registered; "
            "restore it from a backup or train again."
        )
    return spacy.load(folder)
