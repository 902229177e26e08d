"""The signature under a clinicians' test and its record are written together, or not at all."""

from __future__ import annotations

from django.db import transaction

from annotation.models import User
from monitoring.models import Decision
from training import runs
from training.actions import uat
from training.models import UatSession
from training.uat_state import result_for


@transaction.atomic
def sign(*, session: UatSession, by: User, passed: bool, reason: str) -> None:
    """End the test; the run that waits for it says whom it waits for now."""
    uat.sign(session=session, by=by, passed=passed, reason=reason)
    model = session.model
    evidence = {"session": session.pk, "passed": passed, "result": result_for(session).to_json()}
    Decision.objects.create(
        project=model.project, verb=Decision.Verb.UAT, model=model, by=by, reason=reason.strip(), evidence=evidence
    )
    runs.wake(model.run_id)
