"""Only artefacts of our own runs are loaded: in their place, signed by us, with the hash of their registration."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from training import artefacts, ner
from training.models import ModelVersion


def test_nlp_of_an_intact_version_is_loaded_once(candidate: ModelVersion) -> None:
    assert artefacts.state(candidate) == ""
    assert artefacts.nlp_of(candidate) is artefacts.nlp_of(candidate)
    assert artefacts.fresh_nlp_of(candidate) is not artefacts.nlp_of(candidate)


@pytest.mark.parametrize("folder", ["../elsewhere", "", "."])
def test_version_whose_folder_lies_elsewhere_is_refused(candidate: ModelVersion, folder: str) -> None:
    shutil.copytree(candidate.path, candidate.path.parent.parent / "elsewhere")
    ModelVersion.objects.filter(pk=candidate.pk).update(folder=folder)
    candidate.refresh_from_db()
    for load in (artefacts.nlp_of, artefacts.fresh_nlp_of, artefacts.verify):
        with pytest.raises(ner.ArtefactError, match="is not below the models folder"):
            load(candidate)


def test_version_behind_a_link_out_of_the_models_folder_is_refused(candidate: ModelVersion, tmp_path: Path) -> None:
    away = tmp_path / "away"
    shutil.move(candidate.path, away)
    candidate.path.symlink_to(away, target_is_directory=True)
    assert "is not below the models folder" in artefacts.state(candidate)


def test_version_with_another_signature_is_refused(candidate: ModelVersion) -> None:
    for signature in ("0" * 64, artefacts.sign("0" * 64)):
        candidate.signature = signature
        with pytest.raises(ner.ArtefactError, match="is not ours"):
            artefacts.nlp_of(candidate)


def test_version_that_was_tampered_with_is_refused_in_a_sentence(candidate: ModelVersion) -> None:
    file = next(path for path in sorted(candidate.path.rglob("*")) if path.is_file())
    file.write_bytes(file.read_bytes() + b" ")
    assert "was changed after packaging; restore or retrain it" in artefacts.state(candidate)
    with pytest.raises(ner.ArtefactError):
        artefacts.fresh_nlp_of(candidate)
