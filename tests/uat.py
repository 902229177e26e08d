"""A clinicians' test that is asked for and made at once, as a worker makes it."""

from __future__ import annotations

from collections.abc import Sequence

from annotation.models import User
from training import runs
from training.actions import uat as actions
from training.models import ModelVersion, Run, UatSession


def make_test(*, model: ModelVersion, raters: Sequence[User], notes: int, by: User) -> UatSession:
    run = actions.ask_for_test(model=model, raters=raters, notes=notes, by=by)
    runs.execute(run.pk)
    run.refresh_from_db()
    assert run.status == Run.Status.SUCCEEDED, run.error
    return UatSession.objects.latest("pk")
