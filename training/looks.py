"""What a trial tells of each look at the calibration notes while it trains, and whether it goes on."""

from __future__ import annotations

from django.db import InterfaceError, OperationalError, connection

from training import ner
from training.context import Context, Ended
from training.models import Run
from training.studies import reason_to_prune
from training.trials import OVER_TIME, PRUNED


class Looks:
    """Writes F1 by look into the trial's row. ``tell`` raises Ended when the trial is pruned."""

    def __init__(self, context: Context) -> None:
        self.run = context.run
        self.f1: dict[int, float] = {}
        self._keep()

    def tell(self, progress: ner.Progress) -> None:
        if progress.dev_f1 is None or progress.looks <= len(self.f1):
            return
        self.f1[progress.looks] = progress.dev_f1
        try:
            self._keep()
            reason = reason_to_prune(self.run, self.f1)
        except (OperationalError, InterfaceError):
            # The training goes on without the database for a while; only inside a transaction that is not possible.
            if connection.in_atomic_block:
                raise
            connection.close()
            return
        if reason:
            self._keep(outcome=PRUNED, reason=reason)
            behind = f"its F1 of {progress.dev_f1:.3f} is below the others' median"
            why = "the experiment's minutes were used up" if reason == OVER_TIME else behind
            raise Ended(f"Pruned: at look {progress.looks} {why}.")

    def _keep(self, **more: str) -> None:
        self.run.metrics = {"intermediate": self.f1, **more}
        rows = Run.objects.filter(pk=self.run.pk, attempt=self.run.attempt, status=Run.Status.RUNNING)
        rows.update(metrics=self.run.metrics)
