"""What the gates found of a run's candidate, as a page shows it: three sections, each check with what to look at."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from annotation.access import Right
from training.models import BehaviourCase, GateReport, Run

WHAT = {
    GateReport.Kind.UNIT: "Sentences that clinicians wrote, and what must or must not be found in each.",
    GateReport.Kind.INTEGRATION: "The packaged model in a process of its own, asked through real HTTP requests.",
    GateReport.Kind.QUALITY: "The candidate against its floors and against the model in service, on the test notes.",
}


@dataclass(frozen=True, slots=True)
class CheckRow:
    """``passed`` is None for what could not be tested; ``notes`` are ids, ``cases`` ids of behaviour cases."""

    name: str
    passed: bool | None
    sentence: str
    notes: list[int] = field(default_factory=list)
    cases: list[int] = field(default_factory=list)

    @property
    def status(self) -> str:
        return {True: "succeeded", False: "failed", None: "skipped"}[self.passed]

    @property
    def word(self) -> str:
        return {True: "Passed", False: "Failed", None: "Not tested"}[self.passed]


@dataclass(frozen=True, slots=True)
class GateSection:
    """``passed`` is None as long as the gate has not run. `failed`, `rest`: its checks."""

    kind: str
    title: str
    what: str
    passed: bool | None
    failed: list[CheckRow] = field(default_factory=list)
    rest: list[CheckRow] = field(default_factory=list)
    at: datetime | None = None

    @property
    def status(self) -> str:
        return {True: "succeeded", False: "failed", None: "skipped"}[self.passed]

    @property
    def word(self) -> str:
        return {True: "Passed", False: "Failed", None: "Not run yet"}[self.passed]

    @property
    def untested(self) -> int:
        return sum(row.passed is None for row in self.rest)


def gates_of(run: Run, rights: Collection[str]) -> dict[str, Any]:
    """``{sections, may_read, may_see_cases}`` for ``monitoring/_gates.html``, the sections always three."""
    reports = {report.kind: report for report in GateReport.objects.filter(run=run)}
    there = set(BehaviourCase.objects.filter(project=run.project_id).values_list("pk", flat=True))
    return {
        "sections": [_section(kind, reports.get(kind), there) for kind in GateReport.Kind],
        "may_read": Right.READ_NOTES in rights,
        "may_see_cases": bool({Right.ANNOTATE, Right.GUIDE, Right.TRAIN} & set(rights)),
    }


def _section(kind: GateReport.Kind, report: GateReport | None, there: set[int]) -> GateSection:
    if report is None:
        return GateSection(kind.value, kind.label, WHAT[kind], None)
    rows = [_row(check, there) for check in report.report["checks"]]
    failed = [row for row in rows if row.passed is False]
    rest = [row for row in rows if row.passed is not False]
    return GateSection(kind.value, kind.label, WHAT[kind], report.passed, failed, rest, report.created_at)


def _row(check: dict[str, Any], there: set[int]) -> CheckRow:
    cases = [pk for pk in check["figures"].get("failed_cases", ()) if pk in there]
    return CheckRow(check["name"], check["passed"], check["sentence"], list(check["notes"]), cases)
