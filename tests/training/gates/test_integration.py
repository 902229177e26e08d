"""The gate of integration starts a real process for a real artefact, and says what is wrong with a broken one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import spacy

from training.context import Context
from training.gate_results import Check, GateResult
from training.gates import fresh_process
from training.gates.integration import integration
from training.models import DatasetItem
from training.ner.package import folder_sha256


def failed(result: GateResult) -> list[Check]:
    return [check for check in result.checks if check.passed is False]


def test_gate_of_a_good_artefact_passes_every_check(context: Context) -> None:
    result = integration(context)
    assert [check.name for check in failed(result)] == []
    names = [check.name for check in result.checks]
    assert names[:4] == [
        "Loads in a fresh process",
        "Finds something",
        "Same answers there and here",
        "Offsets lie in the text",
    ]
    assert len([name for name in names if name.startswith("HTTP")]) == 7
    assert names[-2:] == ["Within its time", "Within its memory"]


def broken(context: Context, nlp: spacy.language.Language, folder: Path) -> Context:
    """The same run with another artefact in its package step."""
    nlp.to_disk(folder)
    made = {**context.made["package"], "folder": str(folder), "sha256": folder_sha256(folder)}
    return Context(run=context.run, made={**context.made, "package": made})


def test_artefact_that_finds_nothing_fails_and_names_the_notes(context: Context, tmp_path: Path) -> None:
    (check,) = failed(integration(broken(context, spacy.blank("en"), tmp_path / "nothing")))
    assert check.name == "Finds something"
    assert "it finds none" in check.sentence
    tested = set(context.dataset.items.filter(split=DatasetItem.Split.TEST).values_list("note", flat=True))
    assert check.notes
    assert set(check.notes) <= tested


def test_artefact_that_raises_when_it_is_asked_fails_with_the_kind_of_error(context: Context, tmp_path: Path) -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("ner")  # never initialised
    (check,) = integration(broken(context, nlp, tmp_path / "raises")).checks
    assert check.passed is False
    assert re.fullmatch(r"In a fresh process it raises \w+Error when it is asked\.", check.sentence)


def test_process_that_hangs_is_killed_and_one_that_ends_early_is_told(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        # Shorter than Python needs to start: as if it never answered.
        patch.setattr(fresh_process, "SECONDS", 0.02)
        (check,) = integration(context).checks
        assert check.sentence == "A fresh process did not answer within 0.02 seconds."
    monkeypatch.setattr(fresh_process, "COMMAND", ("-c", "raise SystemExit(3)"))
    (check,) = integration(context).checks
    assert (check.passed, "ended" in check.sentence) == (False, True)
