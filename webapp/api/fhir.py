"""``Accept: application/fhir+json``: the answer of extract as a FHIR R4 Bundle, for systems that speak it.

A disease is a Condition with its verification status, a treatment a MedicationStatement; a Provenance names the model's
version and what it made. Source of the value sets: HL7 FHIR R4 (4.0.1), condition-ver-status, condition-clinical.
"""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

MEDIA_TYPE = "application/fhir+json"
VERIFICATION = {"positive": "unconfirmed", "possible": "provisional", "negative": "refuted"}
CLINICAL = {"current": "active", "past": "resolved"}
VERIFICATION_SYSTEM = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
CLINICAL_SYSTEM = "http://terminology.hl7.org/CodeSystem/condition-clinical"
EXTENSION = "urn:marginalia:entity"


class FhirRenderer(JSONRenderer):
    media_type = MEDIA_TYPE
    format = "fhir"
    charset = None


def asked(request: Request) -> bool:
    """Whether the caller wants FHIR."""
    return bool(request.accepted_renderer.media_type == MEDIA_TYPE)


def bundle(answer: dict[str, Any]) -> dict[str, Any]:
    """A collection of what `answer`, the body of extract, has; each resource's subject is the document's id."""
    now = timezone.now().isoformat()
    resources = [
        _resource(entity, document, number)
        for number, document in enumerate(answer["documents"])
        for entity in document["entities"]
        # Another person's disease is no condition of this patient.
        if entity["assertion"]["association"] == "subject"
    ]
    outcomes = [_outcome(document) for document in answer["documents"] if document["errors"]]
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "identifier": {"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{answer['request_id']}"},
        "timestamp": now,
        "entry": [
            {"fullUrl": f"urn:marginalia:{row['id']}", "resource": row}
            for row in [*resources, *outcomes, _provenance(answer, resources, now)]
        ],
    }


def _resource(entity: dict[str, Any], document: dict[str, Any], number: int) -> dict[str, Any]:
    concept = {
        "text": entity["text"],
        "coding": [{key: code[key] for key in ("system", "code", "display")} for code in entity["codes"]],
    }
    if not concept["coding"]:
        del concept["coding"]
    shared = {
        "id": f"d{number + 1}-{entity['id']}",
        "subject": {"display": f"Patient of document {document['id'] or number + 1}"},
        "extension": [_where(entity)],
    }
    if entity["label"] == "DISEASE":
        return {"resourceType": "Condition", **shared, "code": concept, **_status(entity["assertion"])}
    taken = "not-taken" if entity["assertion"]["certainty"] == "negative" else "unknown"
    return {"resourceType": "MedicationStatement", **shared, "status": taken, "medicationCodeableConcept": concept}


def _status(assertion: dict[str, str]) -> dict[str, Any]:
    verification = VERIFICATION[assertion["certainty"]]
    status: dict[str, Any] = {"verificationStatus": _coded(VERIFICATION_SYSTEM, verification)}
    # A refuted condition has no clinical status, nor has one that may come.
    if verification != "refuted" and assertion["conditionality"] == "none":
        status["clinicalStatus"] = _coded(CLINICAL_SYSTEM, CLINICAL.get(assertion["temporality"], "active"))
    return status


def _coded(system: str, code: str) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code}]}


def _where(entity: dict[str, Any]) -> dict[str, Any]:
    """Offsets, score and assertion, which R4 has no fields for."""
    parts = [
        {"url": "start", "valueInteger": entity["start"]},
        {"url": "end", "valueInteger": entity["end"]},
        {"url": "score", "valueDecimal": entity["score"]},
        {"url": "needsReview", "valueBoolean": entity["needs_review"]},
        *[{"url": name, "valueCode": value} for name, value in entity["assertion"].items()],
    ]
    return {"url": EXTENSION, "extension": parts}


def _outcome(document: dict[str, Any]) -> dict[str, Any]:
    issues = [{"severity": "error", "code": "invalid", "diagnostics": text} for text in document["errors"]]
    return {"resourceType": "OperationOutcome", "id": f"outcome-{document['id'] or 'x'}", "issue": issues}


def _provenance(answer: dict[str, Any], resources: list[dict[str, Any]], now: str) -> dict[str, Any]:
    model = answer["model"]
    made_by = f"{model['name']} v{model['version']} ({model['role']}), sha256 {model['sha256']}"
    return {
        "resourceType": "Provenance",
        "id": "provenance",
        "target": [{"reference": f"{row['resourceType']}/{row['id']}"} for row in resources]
        or [{"display": "nothing found"}],
        "recorded": now,
        "agent": [{"type": {"text": "assembler"}, "who": {"display": made_by}}],
    }
