"""``manage.py evaluate``: a model against a file with gold."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from annotation.models import Project
from annotation.synthetic import SyntheticNote, generate
from tests.conftest import Cast
from training import ner, scoring
from training.actions import models
from training.artefacts import nlp_of
from training.models import Deployment, ModelVersion, Prediction


def rows(notes: list[SyntheticNote]) -> str:
    return "".join(
        json.dumps({"id": n.external_id, "text": n.text, "entities": [s.to_json() for s in n.spans]}) + "\n"
        for n in notes
    )


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    path = tmp_path / "gold.jsonl"
    path.write_text(rows(list(generate(10, seed=77))))
    return path


def evaluate(gold: Path, *options: str) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command("evaluate", "--project", "clinic", "--gold", str(gold), *options, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_evaluate_json_prints_exact_scores_and_nothing_else(champion: Deployment, gold: Path) -> None:
    out, _ = evaluate(gold, "--json")
    row: dict[str, Any] = json.loads(out)
    documents = [ner.Document(n.external_id, n.text, n.spans) for n in generate(10, seed=77)]
    scored = scoring.evaluate(nlp_of(champion.model), documents, ["DISEASE", "TREATMENT"])
    assert (row["precision"], row["recall"], row["f1"]) == tuple(
        scored.scores[n] for n in ("precision", "recall", "f1")
    )
    assert (row["model"], row["notes"]) == (1, 10)
    assert row["entities"] == sum(len(document.spans) for document in documents)
    assert set(row["per_label"]) == {"DISEASE", "TREATMENT"}
    assert row["misaligned"] == scored.misaligned
    assert not Prediction.objects.exists(), "nothing is stored"


def test_evaluate_of_a_candidate_by_its_number(candidate: ModelVersion, cast: Cast, gold: Path) -> None:
    assert json.loads(evaluate(gold, "--json", "--model", "1")[0])["model"] == 1
    models.reject(model=candidate, by=cast.approver, reason="Bad.")
    assert evaluate(gold, "--model", "1")[0].startswith("clinic v1: precision 0.")


@pytest.mark.parametrize(
    ("model", "says"),
    [
        ("champion", "No model of Clinic is in service"),
        ("7", "no model v7"),
        ("²", "--model is '²'|invalid literal"),
        ("best", "--model is 'best'; give a version number or champion"),
        ("9" * 30, "no model v9"),
    ],
)
def test_evaluate_of_a_model_that_is_not_there_is_refused(project: Project, gold: Path, model: str, says: str) -> None:
    with pytest.raises(CommandError, match=says):
        evaluate(gold, "--model", model)


def test_evaluate_with_a_missing_file_is_refused(champion: Deployment, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"There is no .*nothing\.jsonl"):
        evaluate(tmp_path / "nothing.jsonl")


def test_evaluate_leaves_bad_rows_out_and_counts_them_on_standard_error(champion: Deployment, gold: Path) -> None:
    bad = {"id": "x", "text": "Mrs Canary", "entities": [{"start": 0, "end": 99, "label": "DISEASE"}]}
    gold.write_text(gold.read_text() + json.dumps(bad) + '\n{"id": "y", "text": "No gold."}\nnot json\n')
    out, err = evaluate(gold, "--json")
    assert json.loads(out)["notes"] == 10
    assert "Left out: " in err
    assert "2 rejected" in err
    assert "1 without gold" in err
    assert "Canary" not in err


def test_evaluate_without_a_row_of_gold_is_refused(champion: Deployment, gold: Path) -> None:
    gold.write_text('{"id": "y", "text": "No gold."}\n')
    with pytest.raises(CommandError, match="has no note with gold"):
        evaluate(gold)


def test_evaluate_of_a_tampered_model_is_refused(candidate: ModelVersion, gold: Path) -> None:
    file = next(path for path in sorted(candidate.path.rglob("*")) if path.is_file())
    file.write_bytes(file.read_bytes() + b" ")
    with pytest.raises(CommandError, match=r"not .* as registered"):
        evaluate(gold, "--model", "1")
