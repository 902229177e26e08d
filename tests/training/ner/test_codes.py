"""Codes of an entity by its words."""

from __future__ import annotations

from training.ner.codes import DRUGBANK, MESH, codes


def test_disease_has_its_mesh_code_whatever_case_and_spaces() -> None:
    for mention in ("Hypertension", "HIGH  blood\npressure"):
        assert [code.to_json() for code in codes(mention, "DISEASE")] == [
            {"system": MESH, "code": "D014655", "display": "Hypertension"}
        ]


def test_drug_has_codes_of_both_lists() -> None:
    assert [(code.system, code.code) for code in codes("Metformin", "TREATMENT")] == [
        (MESH, "D007004"), (DRUGBANK, "DB00331"),
    ]  # fmt: skip


def test_words_of_no_list_or_no_known_label_have_none() -> None:
    assert codes("physiotherapy daily", "TREATMENT") == ()
    assert codes("Hypertension", "FINDING") == ()
    assert codes("", "DISEASE") == ()
