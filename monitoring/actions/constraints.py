"""The constraints of a model by version: derived twice, edited by people, each version kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from annotation.actions import versions
from annotation.errors import ActionError
from annotation.models import Project, User
from monitoring.actions.record import record
from monitoring.constraints import ConstraintsError, Document, read
from monitoring.models import Constraints, Decision
from monitoring.policy import Values
from monitoring.windows.constraining import of_reference, of_training
from monitoring.windows.measuring import is_full, reference_of
from training.models import ModelVersion

Source = Constraints.Source
NOUN = "constraints"


def newest_of(model: ModelVersion) -> Constraints | None:
    """What is in force."""
    return versions.newest_of(Constraints, model=model)


def from_training(model: ModelVersion) -> Constraints | None:
    """What is in force; the first version is made of the training snapshot. None when no note of it is left."""
    return newest_of(model) or _derived(model, Source.TRAINING, of_training(model))


def from_reference(model: ModelVersion, values: Values) -> Constraints | None:
    """Derive anew, once, when the model's reference has become full; what people edited stays."""
    there = Constraints.objects.filter(model=model, source=Source.HEALTHY)
    if there.exists() or not is_full(model, reference_of(model), values):
        return None
    return _derived(model, Source.HEALTHY, of_reference(model))


@transaction.atomic
def _derived(model: ModelVersion, source: Constraints.Source, document: Document | None) -> Constraints | None:
    if document is None:
        return None
    Project.objects.hold(model.project_id)
    if there := Constraints.objects.filter(model=model, source=source).first():
        return there
    newest = newest_of(model)
    kept = read(newest.document).kept_over(document) if newest else document
    return _add(model, versions.number_after(newest, None, NOUN), source, kept, "", None)


@transaction.atomic
def edit(*, model: ModelVersion, name: str, values: Mapping[str, Any], by: User, reason: str, base: int) -> Constraints:
    """Change the rule of a field: `values` has settings of FieldRule. `base` is the version that the writer saw.

    Raises ActionError for what can't be, and TooLate when another version was saved meanwhile.
    """
    Project.objects.hold(model.project_id)
    newest = newest_of(model)
    if newest is None:
        raise ActionError("There are no constraints yet; they come with the champion's first window.")
    number = versions.number_after(newest, base, NOUN)
    if not reason.strip():
        raise ActionError("There is no reason; say why the constraints are changed.")
    try:
        document = read(newest.document).with_rule(name, **values)
    except ConstraintsError as error:
        raise ActionError(str(error)) from error
    made = _add(model, number, Source.EDITED, document, reason, by)
    record(Decision.Verb.NONE, model, by, reason, evidence={"constraints": made.version, "field": name})
    return made


def _add(
    model: ModelVersion,
    number: int,
    source: Constraints.Source,
    document: Document,
    reason: str,
    by: User | None,
) -> Constraints:
    return Constraints.objects.create(
        model=model,
        version=number,
        source=source,
        document=document.to_json(),
        reason=reason.strip()[:300],
        created_by=by,
    )
