"""When a run takes over a step of another run, it takes the rows that the step made too."""

from __future__ import annotations

from django.db import transaction

from training.models import Evaluation, GateReport, Run


@transaction.atomic
def adopt_evaluations(source: Run, run: Run) -> None:
    """Copies; a champion's row keeps its model, a candidate's gets one when the run registers it."""
    Evaluation.objects.filter(run=run).delete()
    for row in Evaluation.objects.filter(run=source):
        row.pk, row.run, row.compared_with, row.difference = None, run, None, {}
        if row.role == Evaluation.Role.CANDIDATE:
            row.model = None
        row._state.adding = True
        row.save()
    candidate = Evaluation.objects.filter(run=run, role=Evaluation.Role.CANDIDATE).first()
    old = Evaluation.objects.filter(run=source, role=Evaluation.Role.CANDIDATE).first()
    champion = Evaluation.objects.filter(run=run, role=Evaluation.Role.CHAMPION).first()
    if candidate and old and champion and old.difference:
        Evaluation.objects.filter(pk=candidate.pk).update(compared_with=champion, difference=old.difference)


@transaction.atomic
def adopt_gates(source: Run, run: Run) -> None:
    for row in GateReport.objects.filter(run=source):
        GateReport.objects.update_or_create(
            run=run, kind=row.kind, defaults={"passed": row.passed, "report": row.report}
        )
