"""A clinicians' test is opened once its notes are drawn: whole, or not at all."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from annotation.access import Right, rights_of
from annotation.errors import ActionError, TooLate
from annotation.models import User
from training.models import Deployment, ModelVersion, UatItem, UatSession
from training.uat_draw import Drawn, lot

Model = ModelVersion.Status
MOST_NOTES, MOST_RATERS = 200, 10


def rival_of(model: ModelVersion) -> ModelVersion | None:
    """What the version is compared with: the champion, or nothing when that is itself or there is none."""
    champion = Deployment.objects.champion_of(model.project)
    return champion.model if champion and champion.model_id != model.pk else None


def require_testable(model: ModelVersion, raters: Sequence[User], notes: int) -> None:
    """Raise ActionError unless these people can be asked about so many notes of this version now."""
    overridden = model.status == Model.GATES_FAILED and model.overridden_by_id
    if model.status not in (Model.UAT, Model.PENDING_APPROVAL) and not overridden:
        state = model.get_status_display().lower()
        raise ActionError(f"{model} can't be tested now: {state}. A test is for versions that wait for a decision.")
    if model.uat_sessions.filter(status=UatSession.Status.OPEN).exists():
        raise TooLate(f"Clinicians compare {model} already; wait for the result or cancel that test.")
    _require_raters(model, raters)
    if not 1 <= notes <= MOST_NOTES:
        raise ActionError(f"A test can't be on {notes} notes; choose 1 to {MOST_NOTES}.")


def _require_raters(model: ModelVersion, raters: Sequence[User]) -> None:
    if not 1 <= len(raters) <= MOST_RATERS:
        raise ActionError(f"A test needs 1 to {MOST_RATERS} raters, not {len(raters)}; choose from the annotators.")
    for rater in raters:
        if rater.pk == model.trained_by_id:
            raise ActionError(f"{rater} started this training; choose somebody else to judge it.")
        if Right.ANNOTATE not in rights_of(rater, model.project):
            raise ActionError(f"{rater} does not annotate in {model.project.name}; choose one of its annotators.")


@transaction.atomic
def write(
    model: ModelVersion,
    rival: ModelVersion | None,
    raters: Sequence[User],
    rows: Sequence[Drawn],
    number: int,
    by: User,
) -> UatSession:
    """The test with all its notes. The caller holds the version's row and has asked :func:`require_testable`."""
    session = UatSession.objects.create(model=model, rival=rival, created_by=by)
    session.raters.set(raters)
    UatItem.objects.bulk_create(
        UatItem(
            session=session,
            note_id=row.note_id,
            position=position,
            swapped=int(lot(model, number, row.uid, "side"), 16) % 2 == 1,
            candidate_spans=row.candidate,
            rival_spans=row.rival,
        )
        for position, row in enumerate(rows)
    )
    return session
