"""The FHIR form of an answer, resource by resource."""

from __future__ import annotations

from typing import Any

import pytest

from annotation.spans import ScoredSpan
from webapp.api.answers import entities_json
from webapp.api.fhir import bundle


def resources(text: str, mention: str, label: str = "DISEASE") -> list[dict[str, Any]]:
    start = text.index(mention)
    entities = entities_json(text, [ScoredSpan(start, start + len(mention), label, 0.9)], "codepoint", 0.5)
    document = {"id": "n1", "entities": entities, "errors": [], "warnings": []}
    model = {"name": "clinic", "version": 3, "sha256": "ab", "role": "champion"}
    made = bundle({"request_id": "r", "model": model, "documents": [document]})
    return [entry["resource"] for entry in made["entry"]]


@pytest.mark.parametrize(
    ("text", "verification", "clinical"),
    [
        ("asthma", "unconfirmed", "active"),
        ("?asthma", "provisional", "active"),
        ("no asthma", "refuted", None),
        ("h/o asthma", "unconfirmed", "resolved"),
        ("review if asthma", "unconfirmed", None),
    ],
)
def test_condition_says_what_the_note_says(text: str, verification: str, clinical: str | None) -> None:
    condition = resources(text, "asthma")[0]
    assert condition["verificationStatus"]["coding"][0]["code"] == verification
    coded = condition.get("clinicalStatus")
    assert (coded["coding"][0]["code"] if coded else None) == clinical
    assert condition["code"]["coding"][0]["display"] == "Asthma"


def test_medication_that_is_denied_is_not_taken() -> None:
    statement = resources("not on metformin", "metformin", "TREATMENT")[0]
    assert (statement["resourceType"], statement["status"]) == ("MedicationStatement", "not-taken")


def test_disease_of_the_mother_is_no_condition_of_the_patient() -> None:
    (provenance,) = resources("f/h/o asthma", "asthma")
    assert provenance["resourceType"] == "Provenance"


def test_document_that_could_not_be_read_is_an_outcome() -> None:
    document = {"id": "n1", "entities": [], "errors": ["The text is empty."], "warnings": []}
    model = {"name": "clinic", "version": 3, "sha256": "ab", "role": "champion"}
    made = bundle({"request_id": "r", "model": model, "documents": [document]})
    assert made["entry"][0]["resource"]["issue"][0]["diagnostics"] == "The text is empty."
