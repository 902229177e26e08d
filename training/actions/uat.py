"""The clinicians' test of a candidate: asked for, rated blind, and signed by one of them."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import IntegrityError, transaction
from django.utils import timezone

from annotation.access import Right, rights_of
from annotation.errors import ActionError, TooLate
from annotation.models import Project, User
from annotation.models.at_hand import blind_for
from training.models import ModelVersion, Run, UatItem, UatRating, UatSession
from training.subjects import at_work, queue_about
from training.uat_draw import differs
from training.uat_opening import require_testable
from training.uat_state import is_complete, result_for

Model = ModelVersion.Status
Status = UatSession.Status
# A note that is left open over lunch says nothing about how long it takes.
LONGEST_SECONDS = 3600


def ask_for_test(*, model: ModelVersion, raters: Sequence[User], notes: int, by: User) -> Run:
    """Queue the making of a test: a worker draws the notes, runs both models on them, and opens it for the raters."""
    require_testable(model, raters, notes)
    params = {"raters": [rater.pk for rater in raters], "notes": notes}
    return queue_about(model, kind=Run.Kind.UAT, by=by, trigger=Run.Trigger.USER, params=params)


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
    if run := at_work(model, Run.Kind.UAT):
        return f"A clinicians' test of this version is being drawn in run {run.pk}; wait for it, or cancel the run."
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
