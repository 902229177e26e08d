"""The clinicians' test of a candidate: opened, rated blind, and signed by one of them."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import IntegrityError, transaction
from django.utils import timezone

from annotation.access import Right, rights_of
from annotation.errors import ActionError, TooLate
from annotation.models import Project, User
from annotation.models.at_hand import blind_for
from training.models import Deployment, ModelVersion, UatItem, UatRating, UatSession
from training.uat_draw import Drawn, differs, draw, lot
from training.uat_state import is_complete, result_for

Model = ModelVersion.Status
Status = UatSession.Status
MOST_NOTES, MOST_RATERS = 200, 10
# A note that is left open over lunch says nothing about how long it takes.
LONGEST_SECONDS = 3600


def open_session(*, model: ModelVersion, raters: Sequence[User], notes: int, by: User) -> UatSession:
    """Draw notes, run both models on them, and ask the raters. Takes a few seconds of a processor."""
    _require_open_question(model)
    _require_raters(model, raters)
    if not 1 <= notes <= MOST_NOTES:
        raise ActionError(f"A test can't be on {notes} notes; choose 1 to {MOST_NOTES}.")
    champion = Deployment.objects.champion_of(model.project)
    rival = champion.model if champion and champion.model_id != model.pk else None
    number = model.uat_sessions.count()
    return _write(model, rival, raters, draw(model, rival, count=notes, number=number), number, by)


def _require_open_question(model: ModelVersion) -> None:
    overridden = model.status == Model.GATES_FAILED and model.overridden_by_id
    if model.status not in (Model.UAT, Model.PENDING_APPROVAL) and not overridden:
        state = model.get_status_display().lower()
        raise ActionError(f"{model} can't be tested now: {state}. A test is for versions that wait for a decision.")
    _require_none_open(model)


def _require_none_open(model: ModelVersion) -> None:
    if model.uat_sessions.filter(status=Status.OPEN).exists():
        raise TooLate(f"Clinicians compare {model} already; wait for the result or cancel that test.")


def _require_raters(model: ModelVersion, raters: Sequence[User]) -> None:
    if not 1 <= len(raters) <= MOST_RATERS:
        raise ActionError(f"A test needs 1 to {MOST_RATERS} raters, not {len(raters)}; choose from the annotators.")
    for rater in raters:
        if rater.pk == model.trained_by_id:
            raise ActionError(f"{rater} started this training; choose somebody else to judge it.")
        if Right.ANNOTATE not in rights_of(rater, model.project):
            raise ActionError(f"{rater} does not annotate in {model.project.name}; choose one of its annotators.")


@transaction.atomic
def _write(
    model: ModelVersion,
    rival: ModelVersion | None,
    raters: Sequence[User],
    rows: Sequence[Drawn],
    number: int,
    by: User,
) -> UatSession:
    # Who waits here sees the session that the other opened.
    ModelVersion.objects.select_for_update(no_key=True).get(pk=model.pk)
    _require_none_open(model)
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


@transaction.atomic
def rate(*, item: UatItem, by: User, verdict: str, seconds: int = 0) -> UatRating:
    """One rater's judgement of a note, once."""
    if verdict not in UatRating.Verdict.values:
        raise ActionError("The judgement is none of left, right, both and neither; press one of the four buttons.")
    if verdict in ("left", "right") and not differs(item):
        raise ActionError("Both marked the same here: say that both are right, or that neither will do.")
    _lock(_of_rater(item.session, by))
    if blind_for(by, [item.note_id]):
        raise ActionError("You may still be asked to annotate this note blind; it comes after that.")
    try:
        with transaction.atomic():
            seconds = min(max(seconds, 0), LONGEST_SECONDS)
            return UatRating.objects.create(item=item, rater=by, verdict=verdict, seconds=seconds)
    except IntegrityError:
        raise TooLate("You rated this note already; here is the next one.") from None


@transaction.atomic
def undo(*, session: UatSession, by: User) -> UatItem:
    """Take back the rater's last judgement; its note comes again."""
    _lock(_of_rater(session, by))
    last = UatRating.objects.filter(item__session=session, rater=by).select_related("item").order_by("-pk").first()
    if last is None:
        raise ActionError("There is no judgement of yours to take back.")
    last.delete()
    return last.item


def _of_rater(session: UatSession, by: User) -> UatSession:
    if not session.raters.filter(pk=by.pk).exists():
        raise ActionError("You are no rater of this test; ask who opened it.")
    return session


def _lock(session: UatSession) -> None:
    """Nothing is rated or taken back while somebody signs, nor after."""
    row = UatSession.objects.select_for_update(no_key=True).get(pk=session.pk)
    if row.status != Status.OPEN:
        raise TooLate(f"The test is over: {row.get_status_display().lower()} by {row.signed_by}.")


@transaction.atomic
def sign(*, session: UatSession, by: User, passed: bool, reason: str) -> None:
    """End a test that is rated through; a version that waited for it goes on to the approver when it passed."""
    _lock(session)
    if why_not := no_signature(session, by):
        raise ActionError(why_not)
    if not is_complete(session):
        raise ActionError("Not every rater has rated every note; wait for them, or cancel the test.")
    result = result_for(session)
    if passed and not result.passed:
        raise ActionError(f"{result.sentence} Sign it as failed, or have the rules changed.")
    _end(session, by, Status.PASSED if passed else Status.FAILED, reason)
    if passed:
        ModelVersion.objects.filter(pk=session.model_id, status=Model.UAT).update(status=Model.PENDING_APPROVAL)


def no_signature(session: UatSession, by: User) -> str:
    """Why `by` may not sign; empty when nothing speaks against it."""
    if session.model.trained_by_id == by.pk:
        return "You started this training; one of the raters or a reviewer must sign."
    rates = session.raters.filter(pk=by.pk).exists()
    if not rates and Right.ADJUDICATE not in rights_of(by, session.model.project):
        return "One of the raters or a reviewer signs the test."
    return ""


@transaction.atomic
def cancel(*, session: UatSession, by: User, reason: str) -> None:
    """End a test without a result; the version waits as before, and another test can be opened."""
    _lock(session)
    _end(session, by, Status.CANCELLED, reason)


def _end(session: UatSession, by: User, status: UatSession.Status, reason: str) -> None:
    reason = reason.strip()
    if not reason:
        raise ActionError("The end of a test needs a reason; write what it rests on.")
    values = {"status": status, "signed_by": by, "signed_at": timezone.now(), "reason": reason}
    if not UatSession.objects.filter(pk=session.pk, status=Status.OPEN).update(**values):
        raise TooLate("The test is over already.")
    session.refresh_from_db()


def objection(model: ModelVersion) -> str:
    """What the newest test says against approval now; empty when nothing."""
    newest = model.uat_sessions.exclude(status=Status.CANCELLED).first()
    if newest is None or newest.status == Status.PASSED:
        return ""
    if newest.status == Status.OPEN:
        return "Clinicians still compare this version with its rival; wait for their signature or cancel the test."
    return f"It failed the clinicians' test, signed by {newest.signed_by}; reject it, or have it tested again."


def raters_for(model: ModelVersion) -> list[User]:
    """Those who can be asked: the project's annotators but for who started the training."""
    project: Project = model.project
    roles = project.memberships.filter(user__is_active=True).select_related("user").order_by("user__last_name", "pk")
    people = {row.user_id: row.user for row in roles if row.user_id != model.trained_by_id}
    return [user for user in people.values() if Right.ANNOTATE in rights_of(user, project)]
