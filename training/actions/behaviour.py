"""Behaviour cases are written, changed, and switched on and off."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from annotation.errors import ActionError, TooLate
from annotation.keys import keyring
from annotation.models import Project, User
from annotation.spans import MAX_TEXT
from training.gates.phrases import ANY, Phrase, PhraseError, spans_of
from training.gates.starter_cases import STARTERS, Starter
from training.models import BehaviourCase

Expectation = BehaviourCase.Expectation
# All of a project's cases are put to a model at once.
MAX_CASES = 500


@dataclass(frozen=True, slots=True)
class Wording:
    """What a case says. Without phrases one that must not be found says: nothing at all."""

    category: str
    expectation: str
    text: str
    phrases: Sequence[Phrase] = ()
    repeat: int = 1


@transaction.atomic
def add(*, project: Project, by: User | None, wording: Wording, active: bool = True) -> BehaviourCase:
    """A new case, switched on unless told otherwise."""
    Project.objects.hold(project.pk)
    if BehaviourCase.objects.filter(project=project).count() >= MAX_CASES:
        raise ActionError(f"{project.name} has {MAX_CASES} cases, the most there can be; change one of them.")
    uid = uuid.uuid4()
    columns = _columns(project, uid, wording)
    return BehaviourCase.objects.create(project=project, uid=uid, created_by=by, active=active, **columns)


def change(*, case: BehaviourCase, by: User, wording: Wording, seen: str) -> None:
    """Put the case into other words; `seen` is the :func:`mark` of what the writer had before them."""
    before = BehaviourCase.objects.get(pk=case.pk)
    rows = BehaviourCase.objects.filter(pk=case.pk, ciphertext=before.ciphertext)
    # Each writing has a ciphertext of its own, even of the same words.
    if mark(before) != seen or not rows.update(**_columns(case.project, case.uid, wording)):
        raise TooLate("Somebody changed this case after you opened it; reload the page and look at it again.")
    case.refresh_from_db()


def switch(*, case: BehaviourCase, by: User, active: bool) -> None:
    """A case that is switched off is kept and put to no model."""
    if not BehaviourCase.objects.filter(pk=case.pk, active=not active).update(active=active):
        raise TooLate(f"The case is switched {'on' if active else 'off'} already.")
    case.refresh_from_db()


@transaction.atomic
def add_starter_cases(*, project: Project, by: User | None) -> list[BehaviourCase]:
    """The cases that we bring for diseases and treatments; some hard ones come switched off.

    Refused when the project has cases already, or has other labels.
    """
    Project.objects.hold(project.pk)
    if BehaviourCase.objects.filter(project=project).exists():
        raise TooLate(f"{project.name} has cases already; add your own to them.")
    missing = {phrase.label for one in STARTERS for phrase in one.phrases} - {*project.labels.active().names(), ANY}
    if missing:
        raise ActionError(f"The starter cases ask for {' and '.join(sorted(missing))}, which are no labels here.")
    return [add(project=project, by=by, wording=_wording(one), active=one.active) for one in STARTERS]


def _wording(one: Starter) -> Wording:
    return Wording(one.category, one.expectation, one.text, one.phrases, one.repeat)


def mark(case: BehaviourCase) -> str:
    """Tells one writing of a case from the next (16 hex characters)."""
    return hashlib.sha256(bytes(case.ciphertext)).hexdigest()[:16]


def _columns(project: Project, uid: uuid.UUID, wording: Wording) -> dict[str, Any]:
    length = (len(wording.text) + 1) * wording.repeat - 1
    if length > MAX_TEXT:
        raise ActionError(f"The text has {length:,} characters with its repetitions; {MAX_TEXT:,} is the most.")
    find = wording.expectation == Expectation.FIND
    if find and not wording.phrases:
        raise ActionError("A case that must be found needs a phrase; name one with its label.")
    labels = project.labels.active().names() if find else [*project.labels.active().names(), ANY]
    try:
        spans = spans_of(wording.text, wording.phrases, labels)
    except PhraseError as error:
        raise ActionError(str(error)) from error
    sealed = keyring().seal(wording.text, bound_to=uid.bytes)
    return {
        "category": wording.category,
        "expectation": wording.expectation,
        "repeat": wording.repeat,
        "spans": [span.to_json() for span in spans],
        "ciphertext": sealed.ciphertext,
        "wrapped_key": sealed.wrapped_key,
        "key_id": sealed.key_id,
    }
