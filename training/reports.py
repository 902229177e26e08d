"""What is told of a step while it is carried out: progress, messages, lines of its log, its cost."""

from __future__ import annotations

import resource
import time
from typing import Any

from django.db import connection
from django.db.models import F
from django.utils import timezone

from annotation.database import AWAY
from training.context import Context
from training.lease import Lease
from training.models import Run, Step

REPORT_SECONDS = 0.4


class Reporter:
    """Writes a step's row. ``tell`` raises LeaseLost when the run is not this worker's any more."""

    def __init__(self, step: Step, lease: Lease, context: Context) -> None:
        self.step, self.lease, self.context = step, lease, context
        self.told = 0.0
        self.cpu = cpu_seconds()
        context.lines = []

    def begin(self) -> None:
        self.lease.renew()
        self.step.started_at = timezone.now()
        Step.objects.filter(pk=self.step.pk).update(
            status=Step.Status.RUNNING,
            started_at=self.step.started_at,
            attempt=F("attempt") + 1,
            inputs=self.step.inputs,
            params=self.step.params,
            cache_key=self.step.cache_key,
        )

    def tell(self, share: float, message: str) -> None:
        if time.monotonic() - self.told < REPORT_SECONDS:
            return
        self.told = time.monotonic()
        try:
            self.lease.renew()
            self._write(progress=min(max(share, 0.0), 1.0), message=message[:200])
        except AWAY:
            # The work goes on without the database for a while; only inside a transaction that is not possible.
            if connection.in_atomic_block:
                raise
            connection.close()

    def end(self, status: Step.Status, **values: Any) -> None:
        self.step.status = status
        self._write(
            status=status,
            outputs=self.step.outputs,
            reused_from=self.step.reused_from,
            ended_at=timezone.now(),
            **values,
        )
        self.spend()

    def spend(self) -> None:
        """Add what the step cost since it began, or since this was last asked, to its row and to the run's."""
        now = cpu_seconds()
        spent, self.cpu = max(0.0, now - self.cpu), now
        Step.objects.filter(pk=self.step.pk).update(cpu_seconds=F("cpu_seconds") + spent)
        Run.objects.filter(pk=self.step.run_id).update(cpu_seconds=F("cpu_seconds") + spent)

    def _write(self, **values: Any) -> None:
        Step.objects.filter(pk=self.step.pk).update(log="\n".join(self.context.lines), **values)


def cpu_seconds() -> float:
    """Processor time of this process and of the children that it has waited for."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime
