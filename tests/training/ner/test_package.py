import json

import pytest
import srsly

from training.ner import ArtefactError, load, package, predict, terms
from training.ner.network import blank_model

from .conftest import CANARY, PHONE, SETTINGS


@pytest.fixture(scope="module")
def artefact(trained, tmp_path_factory):
    folder = tmp_path_factory.mktemp("models") / "demo-1"
    return folder, package(trained, folder, meta={"version": 1})


def test_package_loads_and_predicts_the_same(trained, artefact, held_out):
    folder, sha256 = artefact
    texts = [d.text for d in held_out]
    assert predict(load(folder, sha256=sha256), texts) == predict(trained.nlp, texts)


def test_package_holds_no_word_of_the_notes(trained, artefact):
    assert CANARY.split()[0] in trained.nlp.vocab.strings  # the canary was there to leak
    for path in (p for p in artefact[0].rglob("*") if p.is_file()):
        data = path.read_bytes().lower()
        # msgpack may hold JSON or msgpack as bytes, and both hold text as plain UTF-8: one search finds it.
        for secret in (*CANARY.lower().split(), *PHONE.split("-"), "dwarfitis", "zorblex"):
            assert secret.encode() not in data, path.name
            assert secret.encode("utf-16-le") not in data, path.name


def test_package_binaries_are_not_compressed(artefact):
    """The search above would miss a compressed string: every binary must be plain msgpack."""
    for path in (p for p in artefact[0].rglob("*") if p.is_file() and p.suffix != ".json"):
        if path.name in ("model", "moves", "tokenizer", "dictionary"):
            assert srsly.msgpack_loads(path.read_bytes())
        else:
            assert path.read_text(encoding="utf-8")


def test_package_needs_no_term_lists_to_load(artefact, held_out, monkeypatch):
    monkeypatch.setattr(terms, "_SOURCES", {})
    folder, sha256 = artefact
    assert any(predict(load(folder, sha256=sha256), [d.text for d in held_out]))


def test_bytes_keep_the_dictionary(trained, held_out):
    copy = blank_model(SETTINGS).from_bytes(trained.nlp.to_bytes())
    texts = [d.text for d in held_out]
    assert predict(copy, texts) == predict(trained.nlp, texts)


def test_package_writes_its_meta(trained, artefact):
    facts = json.loads((artefact[0] / "marginalia.json").read_text(encoding="utf-8"))
    assert facts == {"version": 1, "temperature": trained.temperature, "misaligned": trained.misaligned}


def test_package_same_model_same_sha256(trained, artefact, tmp_path):
    assert package(trained, tmp_path / "again", meta={"version": 1}) == artefact[1]


def test_package_never_overwrites(trained, artefact):
    with pytest.raises(ArtefactError, match="demo-1 exists"):
        package(trained, artefact[0], meta={})


def test_package_that_fails_leaves_nothing(trained, tmp_path):
    with pytest.raises(TypeError):
        package(trained, tmp_path / "model", meta={"bad": object()})
    assert list(tmp_path.iterdir()) == []


def test_load_missing_folder_says_so(tmp_path):
    with pytest.raises(ArtefactError, match="folder gone is missing; restore"):
        load(tmp_path / "gone", sha256="0" * 64)


@pytest.mark.parametrize("change", ["edit", "add", "remove"])
def test_load_tampered_folder_is_refused(trained, tmp_path, change):
    folder = tmp_path / "model"
    sha256 = package(trained, folder, meta={})
    if change == "edit":
        path = folder / "ner" / "model"
        path.write_bytes(path.read_bytes()[:-1] + b"\0")
    elif change == "add":
        (folder / "extra").write_text("x")
    else:
        (folder / "marginalia.json").unlink()
    with pytest.raises(ArtefactError, match="model has sha256"):
        load(folder, sha256=sha256)
