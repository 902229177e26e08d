"""Model folders on disk, loaded once per process and checked against their hash."""

from __future__ import annotations

import hmac
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from spacy.language import Language

from annotation.keys import signature
from training import ner
from training.models import ModelVersion
from training.ner.package import folder_sha256


def nlp_of(model: ModelVersion) -> Language:
    """The loaded model. Raises ner.ArtefactError when its folder is missing, was changed or is not of our making."""
    check_signature(model)
    return _load(model.path, model.sha256)


def fresh_nlp_of(model: ModelVersion) -> Language:
    """As :func:`nlp_of`, read from the disk now; the caller keeps it or lets it go."""
    check_signature(model)
    return _read(model.path, model.sha256)


def check_signature(model: ModelVersion) -> None:
    """Raise ner.ArtefactError unless the row speaks of a folder of ours: below the models folder, and signed by us."""
    root = Path(settings.MODELS_DIR).resolve()
    if root not in model.path.resolve().parents:
        raise ner.ArtefactError(f"The folder of {model} is not below the models folder; train the model anew.")
    # Versions of before signatures have none; their hash was registered by the run itself.
    if model.signature and not hmac.compare_digest(model.signature, sign(model.sha256)):
        raise ner.ArtefactError(f"The signature of {model} is not ours; train the model anew.")


def _read(folder: Path, sha256: str) -> Language:
    try:
        return ner.load(folder, sha256=sha256)
    except ner.ArtefactError:
        raise
    except Exception as error:
        # Intact but unreadable: packaged by code of another version.
        name = type(error).__name__
        raise ner.ArtefactError(f"Model folder {folder.name} does not load ({name}); train the model anew.") from error


_load = lru_cache(maxsize=3)(_read)


def state(model: ModelVersion) -> str:
    """Why the model's artefact can't be served; empty when it is what was registered. Reads all of its folder."""
    try:
        verify(model)
    except ner.ArtefactError as error:
        return str(error)
    return ""


def verify(model: ModelVersion) -> None:
    """Raise ner.ArtefactError unless the model's folder is there and has the hash of its registration."""
    check_signature(model)
    if not model.path.is_dir():
        raise ner.ArtefactError(f"Its folder {model.folder} is missing below the models folder; restore or retrain it.")
    if folder_sha256(model.path) != model.sha256:
        raise ner.ArtefactError(f"Its folder {model.folder} was changed after packaging; restore or retrain it.")


def folder_size(folder: Path) -> int:
    """Bytes of all files below `folder`."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def sign(sha256: str) -> str:
    """What says that a model with this hash was made by our own runs: nobody without the key can make it."""
    return signature("artefact", sha256)
