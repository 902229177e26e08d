"""The constraints of a model by version: derived twice, edited by people, each version kept."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from annotation.errors import ActionError, TooLate
from annotation.models import Project, User
from monitoring.actions.record import record
from monitoring.constraints import ConstraintsError, Document, read
from monitoring.models import Constraints, Decision, Window
from monitoring.policy import Values
from monitoring.windows.constraining import of_reference, of_training
from monitoring.windows.measuring import FULL_WINDOWS, reference_of
from training.models import ModelVersion

Source = Constraints.Source


def newest_of(model: ModelVersion) -> Constraints | None:
    """What is in force."""
    return Constraints.objects.filter(model=model).order_by("-version").first()


def document_of(model: ModelVersion) -> Document | None:
    """What is in force, read."""
    newest = newest_of(model)
    return read(newest.document) if newest else None


def from_training(model: ModelVersion) -> Constraints | None:
    """What is in force; the first version is made of the training snapshot. None when no note of it is left."""
    return newest_of(model) or _derived(model, Source.TRAINING, of_training(model))


def from_reference(model: ModelVersion, values: Values) -> Constraints | None:
    """Derive anew, once, when the model's reference has become full; what people edited stays."""
    if Constraints.objects.filter(model=model, source=Source.HEALTHY).exists() or not _is_full(model, values):
        return None
    return _derived(model, Source.HEALTHY, of_reference(model))


def _is_full(model: ModelVersion, values: Values) -> bool:
    there = reference_of(model)
    enough = there.notes >= values.reference_notes or there.days >= values.reference_days
    return enough and Window.objects.filter(model=model, in_reference=True).count() >= FULL_WINDOWS


@transaction.atomic
def _derived(model: ModelVersion, source: Constraints.Source, document: Document | None) -> Constraints | None:
    if document is None:
        return None
    Project.objects.hold(model.project_id)
    if there := Constraints.objects.filter(model=model, source=source).first():
        return there
    newest = newest_of(model)
    kept = read(newest.document).kept_over(document) if newest else document
    return _add(model, newest, source, kept, "", None)


@transaction.atomic
def edit(*, model: ModelVersion, name: str, said: dict[str, Any], by: User, reason: str, base: int) -> Constraints:
    """Change the rule of a field: `said` has settings of FieldRule. `base` is the version that the writer saw.

    Raises ActionError for what can't be, and TooLate when another version was saved meanwhile.
    """
    Project.objects.hold(model.project_id)
    newest = newest_of(model)
    if newest is None:
        raise ActionError("There are no constraints yet; they come with the champion's first window.")
    if newest.version != base:
        raise TooLate(
            f"Version {newest.version} of the constraints was saved after you opened the page; reload it and try again."
        )
    if not reason.strip():
        raise ActionError("There is no reason; say why the constraints are changed.")
    try:
        document = read(newest.document).with_rule(name, **said)
    except ConstraintsError as error:
        raise ActionError(str(error)) from error
    made = _add(model, newest, Source.EDITED, document, reason, by)
    record(Decision.Verb.NONE, model, by, reason, evidence={"constraints": made.version, "field": name})
    return made


def _add(
    model: ModelVersion,
    newest: Constraints | None,
    source: Constraints.Source,
    document: Document,
    reason: str,
    by: User | None,
) -> Constraints:
    return Constraints.objects.create(
        model=model,
        version=(newest.version if newest else 0) + 1,
        source=source,
        document=document.to_json(),
        reason=reason.strip()[:300],
        created_by=by,
    )
