"""A clinicians' test is made: notes are drawn and both models run on them, then the test opens for its raters."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from annotation.errors import ActionError
from annotation.models import Note, User
from training.context import Context
from training.models import ModelVersion
from training.uat_draw import Drawn, draw
from training.uat_opening import require_testable, rival_of, write


def draw_notes(context: Context) -> dict[str, Any]:
    """What each model finds in each note that is drawn. Nobody sees any of it before the test is open."""
    model, count = context.subject, context.run.params["notes"]
    require_testable(model, _raters(context), count)
    rival, number = rival_of(model), model.uat_sessions.count()
    rows = draw(model, rival, count=count, number=number, on_progress=context.progress)
    apart = sum(row.differs for row in rows)
    context.log(f"{len(rows)} notes drawn; on {apart} of them the two differ")
    told = {"notes": len(rows), "differ": apart, "number": number, "rival": rival and rival.pk}
    return {**told, "drawn": [asdict(row) for row in rows]}


def open_test(context: Context) -> dict[str, Any]:
    """Open the test, if all that it was drawn for still holds. Part of the transaction that ends the run."""
    made, by = context.need("draw"), context.run.created_by
    if by is None:
        raise RuntimeError("A clinicians' test has nobody who asked for it.")
    model = ModelVersion.objects.select_for_update(no_key=True).get(pk=context.subject.pk)
    raters = _raters(context)
    require_testable(model, raters, made["notes"])
    rival = rival_of(model)
    if (rival and rival.pk) != made["rival"]:
        raise ActionError("Another version went into service while the notes were drawn; ask for the test again.")
    rows = [Drawn(**row) for row in made["drawn"]]
    active = Note.objects.filter(pk__in=[row.note_id for row in rows], status=Note.Status.ACTIVE).count()
    if active < len(rows):
        raise ActionError("A note was withdrawn while the notes were drawn; ask for the test again.")
    session = write(model, rival, raters, rows, made["number"], by)
    return {"session": session.pk, "raters": len(raters), "notes": len(rows)}


def _raters(context: Context) -> list[User]:
    found = User.objects.in_bulk(context.run.params["raters"])
    return [found[pk] for pk in context.run.params["raters"] if pk in found]
